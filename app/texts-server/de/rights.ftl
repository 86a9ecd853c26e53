### Fähigkeiten, nach „das Recht nötig, …“.

rights-manage-requests = Anfragen zu entscheiden
rights-manage-policies = Regeln zu verwalten
rights-view-org-audit = das Audit-Log der Organisation zu lesen
rights-view-org-analytics = die Zahlen der Organisation zu sehen
rights-manage-users = Personen zu verwalten
rights-manage-servers = Server zu verwalten
rights-manage-agents = Agenten zu verwalten
rights-manage-settings = Einstellungen zu ändern
rights-view-sensitive = vertrauliche Einzelheiten zu lesen
