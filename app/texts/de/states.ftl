### Wörter für Zustände und Arten der Domäne (`components/state.rs`).

# UserStatus
states-user-active = Aktiv
states-user-inactive = Inaktiv
states-user-suspended = Gesperrt

# Role
states-role-user = Nutzer
states-role-admin = Administrator
states-role-super-admin = Superadministrator

# RequestState
states-request-pending = Offen
states-request-approved = Genehmigt
states-request-rejected = Abgelehnt
states-request-withdrawn = Zurückgezogen

# RequestKind
states-kind-server = Neuer Server
states-kind-access = Zugriff

# ServerStatus
states-server-draft = Entwurf
states-server-active = Aktiv
states-server-disabled = Ausgeschaltet

# Health
states-health-connected = Server erreichbar
states-health-error = Fehler
states-health-needs-sign-in = Anmeldung nötig
states-health-unknown = Noch nicht verbunden

# Risk
states-risk-low = Geringes Risiko
states-risk-medium = Mittleres Risiko
states-risk-high = Hohes Risiko

# Outcome
states-outcome-success = Erfolgreich
states-outcome-failure = Fehlgeschlagen
states-outcome-denied = Verweigert
states-outcome-admitted = Zugelassen
states-outcome-unknown = Unbekannt

# Decision
states-decision-allow = Erlaubt
states-decision-deny = Verweigert

# Effect
states-effect-allow = Erlauben
states-effect-deny = Verbieten

# PinState
states-pin-pinned = Genehmigt
states-pin-changed = Geändert
states-pin-added = Neu
states-pin-gone = Entfallen

# PinKind
states-definition-tool = Werkzeug
states-definition-prompt = Prompt
states-definition-resource = Ressource
states-definition-template = Vorlage
states-definition-instructions = Anweisungen

# TestStepState
states-test-passed = Bestanden
states-test-failed = Fehlgeschlagen
states-test-skipped = Übersprungen

# TestStepKind
states-step-reachable = Erreichbar
states-step-tls = TLS
states-step-authentication = Authentifizierung
states-step-handshake = MCP-Handshake
states-step-tools = Werkzeugliste

# CatalogNeeds
states-needs-nothing = Kein Schlüssel nötig
states-needs-api-key = Braucht einen API-Schlüssel
states-needs-oauth = Braucht OAuth-Anmeldung
states-needs-stdio = Läuft als lokaler Prozess

# Category
states-category-development = Entwicklung
states-category-projects = Projekte
states-category-knowledge = Wissen
states-category-communication = Kommunikation
states-category-data = Daten
states-category-operations = Betrieb
states-category-business = Geschäft
states-category-finance = Finanzen
states-category-design = Design
states-category-web = Web

# Transport
states-transport-streamable-http = Streamable HTTP
states-transport-sse = HTTP + SSE (2024)
states-transport-stdio = stdio

# AuthKind
states-auth-none = Keine
states-auth-api-key = API-Schlüssel oder Header
states-auth-oauth = OAuth

# ResourceKind
states-resource-user = Person
states-resource-group = Gruppe
states-resource-session = Sitzung
states-resource-api-key = API-Schlüssel
states-resource-server = Server
states-resource-request = Anfrage
states-resource-rule = Regel
states-resource-capability = Fähigkeit
states-resource-system = System
