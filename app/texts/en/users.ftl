### People and their profiles.

## List

users-description = Everybody who can sign in, ask for servers and call them.
users-search = Search name, email, department, team
users-any-status = Any status
users-last-sign-in = Last sign-in
users-empty = Nobody found
users-empty-help = Change the filter, or invite somebody.

## Invitation

users-invite = Invite
users-invite-somebody = Invite somebody
users-open-profile = Open profile
users-create-invitation = Create invitation
users-send-link = Send this link to { $name }
users-link-dies = It works once and is shown only now. It dies { $time }.
users-link = Link

## Profile

users-waiting = Invited, not here yet
users-waiting-help = The link was not used so far. You can make a new one; the old one stops working then.
users-edit-profile = Edit profile
users-profile = Profile
users-member-since = Member since
users-activity = Activity in the audit log

## What can be done with the account

users-password-link = Password link
users-new-invitation-link = New invitation link
users-suspend = Suspend
users-suspend-question = Suspend this account?
users-suspend-help = Every session ends and every key and call is refused at once. Nothing is deleted; the account can be reactivated.
users-reactivate = Reactivate

## Groups, access, sessions

users-no-group = In no group.
users-groups-description = What the groups may use, this person may use.
users-access-description = Rules that apply to this person, directly or by a group.
users-by = By
users-by-person = Rule for this person
users-by-group = Rule for group { $name }
users-by-everyone = Rule for everyone
users-no-access = No access
users-no-access-help = No rule allows this person anything. Approve a request, or make a rule.
users-end = End
users-end-all = End all
users-no-sessions = Not signed in anywhere.
