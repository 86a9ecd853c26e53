### Words that many pages share. What only one area says stands in the file of that area.

common-access = Access
common-action = Action
common-active = Active
common-add = Add
common-address = Address
common-all = All
common-allow = Allow
common-approve = Approve
common-asked = Asked
common-authentication = Authentication
common-cancel = Cancel
common-close = Close
common-create = Create
common-delete = Delete
common-deny = Deny
common-department = Department
common-description = Description
common-done = Done
common-edit = Edit
common-effect = Effect
common-email = Email
common-ends = Valid
common-no-end = no end date
common-entire-server = Entire server
common-groups = Groups
common-id = Id
common-kind = Kind
common-members = Members
common-name = Name
common-never = never
common-notes = Notes
common-open = Open
common-optional = optional
common-password = Password
common-reject = Reject
common-remove = Remove
common-request = Request
common-risk = Risk
common-role = Role
common-rules = Rules
common-save = Save
common-see-all = See all
common-server = Server
common-sessions = Sessions
common-sign-in = Sign in
common-sign-out = Sign out
common-slug = Slug
common-state = State
common-status = Status
common-team = Team
common-test-connection = Test connection
common-title = Title
common-tool = Tool
common-tools = Tools
common-transport = Transport
common-try-again = Try again
common-users = Users
common-what-is-wrong = What is wrong
common-when = When
common-who = Who
common-why = Why
common-withdraw = Withdraw
common-count-tools = { $count ->
    [one] 1 tool
   *[other] { $count } tools
}
common-count-servers = { $count ->
    [one] 1 server
   *[other] { $count } servers
}
