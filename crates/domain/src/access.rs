//! What a person may do on the platform. (What a person may call through the proxy is decided by rules, not here.)

use crate::words::words;

words! {
    /// A right on the platform. Roles are sets of these.
    pub enum Capability {
        /// Decide requests.
        ManageRequests = "manage_requests",
        /// Create and change rules.
        ManagePolicies = "manage_policies",
        /// Read everybody's audit events.
        ViewOrgAudit = "view_org_audit",
        /// Read organisation-wide numbers.
        ViewOrgAnalytics = "view_org_analytics",
        /// Invite, change, suspend people.
        ManageUsers = "manage_users",
        /// Create, configure, disable, delete servers.
        ManageServers = "manage_servers",
        /// Manage agent accounts.
        ManageAgents = "manage_agents",
        /// Change system settings.
        ManageSettings = "manage_settings",
        /// Read unredacted details of sensitive servers.
        ViewSensitive = "view_sensitive",
    }
}

words! {
    /// A platform role.
    pub enum Role {
        /// Requests servers and uses what was granted.
        User = "user",
        /// Holds every capability but the sensitive one.
        Admin = "admin",
        /// An administrator who also decides about sensitive flags and other super administrators.
        SuperAdmin = "super_admin",
    }
}

impl Role {
    /// The capabilities of this role.
    pub fn capabilities(self) -> &'static [Capability] {
        use Capability::{
            ManageAgents, ManagePolicies, ManageRequests, ManageServers, ManageSettings, ManageUsers, ViewOrgAnalytics,
            ViewOrgAudit, ViewSensitive,
        };
        match self {
            Self::User => &[],
            Self::Admin => &[
                ManageRequests,
                ManagePolicies,
                ViewOrgAudit,
                ViewOrgAnalytics,
                ManageUsers,
                ManageServers,
                ManageAgents,
                ManageSettings,
            ],
            Self::SuperAdmin => &[
                ManageRequests,
                ManagePolicies,
                ViewOrgAudit,
                ViewOrgAnalytics,
                ManageUsers,
                ManageServers,
                ManageAgents,
                ManageSettings,
                ViewSensitive,
            ],
        }
    }

    /// True when the role includes the capability.
    pub fn can(self, capability: Capability) -> bool {
        self.capabilities().contains(&capability)
    }

    /// True for both kinds of administrator.
    pub const fn is_admin(self) -> bool {
        matches!(self, Self::Admin | Self::SuperAdmin)
    }

    /// The role in words for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Admin => "Administrator",
            Self::SuperAdmin => "Super administrator",
        }
    }
}
