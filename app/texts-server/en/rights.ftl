### Capabilities, after “the right to” (“das Recht, …”).

rights-manage-requests = manage requests
rights-manage-policies = manage policies
rights-view-org-audit = view org audit
rights-view-org-analytics = view org analytics
rights-manage-users = manage users
rights-manage-servers = manage servers
rights-manage-agents = manage agents
rights-manage-settings = manage settings
rights-view-sensitive = view sensitive
