### Zustände von Personen und Anfragen, mitten im Satz.

states-active = aktiv
states-inactive = inaktiv
states-suspended = gesperrt
states-pending = offen
states-approved = genehmigt
states-rejected = abgelehnt
states-withdrawn = zurückgezogen
