### Words for the states and kinds of the domain (`components/state.rs`).

# UserStatus
states-user-active = Active
states-user-inactive = Inactive
states-user-suspended = Suspended

# Role
states-role-user = User
states-role-admin = Administrator
states-role-super-admin = Super administrator

# RequestState
states-request-pending = Pending
states-request-approved = Approved
states-request-rejected = Rejected
states-request-withdrawn = Withdrawn

# RequestKind
states-kind-server = New server
states-kind-access = Access

# ServerStatus
states-server-draft = Draft
states-server-active = Active
states-server-disabled = Disabled

# Health
states-health-connected = Server reachable
states-health-error = Error
states-health-needs-sign-in = Needs sign-in
states-health-unknown = Not contacted yet

# Risk
states-risk-low = Low risk
states-risk-medium = Medium risk
states-risk-high = High risk

# Outcome
states-outcome-success = Success
states-outcome-failure = Failure
states-outcome-denied = Denied
states-outcome-admitted = Admitted
states-outcome-unknown = Unknown

# Decision
states-decision-allow = Allowed
states-decision-deny = Denied

# Effect
states-effect-allow = Allow
states-effect-deny = Deny

# PinState
states-pin-pinned = Approved
states-pin-changed = Changed
states-pin-added = New
states-pin-gone = Gone

# PinKind
states-definition-tool = tool
states-definition-prompt = prompt
states-definition-resource = resource
states-definition-template = template
states-definition-instructions = instructions

# TestStepState
states-test-passed = Passed
states-test-failed = Failed
states-test-skipped = Skipped

# TestStepKind
states-step-reachable = Reachable
states-step-tls = TLS
states-step-authentication = Authentication
states-step-handshake = MCP handshake
states-step-tools = Tool list

# CatalogNeeds
states-needs-nothing = No key needed
states-needs-api-key = Needs an API key
states-needs-oauth = Needs OAuth sign-in
states-needs-stdio = Runs as a local process

# Category
states-category-development = Development
states-category-projects = Projects
states-category-knowledge = Knowledge
states-category-communication = Communication
states-category-data = Data
states-category-operations = Operations
states-category-business = Business
states-category-finance = Finance
states-category-design = Design
states-category-web = Web

# Transport
states-transport-streamable-http = Streamable HTTP
states-transport-sse = HTTP + SSE (2024)
states-transport-stdio = stdio

# AuthKind
states-auth-none = None
states-auth-api-key = API key or headers
states-auth-oauth = OAuth

# ResourceKind
states-resource-user = user
states-resource-group = group
states-resource-session = session
states-resource-api-key = api key
states-resource-server = server
states-resource-request = request
states-resource-rule = rule
states-resource-capability = capability
states-resource-system = system
