### What was just done (`components/notice.rs`); ids are the words of the query.

notices-user-saved = The changes are saved.
notices-user-suspended = The account is suspended. Its sessions, keys and calls are refused from now on.
notices-user-reactivated = The account is active again.
notices-users-suspended = The chosen accounts are suspended. Their sessions, keys and calls are refused from now on.
notices-users-reactivated = The chosen accounts are let in again.
notices-notifications-read = Marked as read.
notices-notifications-unread = Marked as unread.
notices-session-ended = The session is ended.
notices-sessions-ended = All sessions are ended.
notices-password-changed = Your password is changed.
notices-key-revoked = The key is revoked. Calls with it are refused from now on.
notices-group-created = It is made. Now add people to it.
notices-group-deleted = It is deleted. The people stay.
notices-member-added = Added. What rules allow here works for them from now on.
notices-member-removed = Removed. What only rules for this allowed is refused from now on.
notices-request-submitted = Your request is sent. You will be notified when it is decided.
notices-request-withdrawn = The request is withdrawn.
notices-request-approved = Approved. The requester is notified and can connect now.
notices-request-rejected = Rejected. The requester is notified with your reason.
notices-draft-discarded = The draft is discarded.
notices-server-saved = The server is saved.
notices-server-enabled = The server is switched on.
notices-server-disabled = The server is switched off. Calls to it are refused from now on.
notices-server-deleted = The server is deleted.
notices-definitions-pinned = The definitions are approved and offered from now on.
notices-rule-saved = The rule is saved and in effect from the next call on.
notices-rule-deleted = The rule is deleted. What only it allowed is refused from now on.
notices-signed-out = You are signed out.

# The banner
notices-dismiss = Dismiss
notices-rules-saved = The rules are saved and in effect from the next call on.
notices-access-revoked = The rule is switched off. What only it allowed is refused from now on.
notices-access-blocked = Blocked. Calls are refused from now on.
notices-access-restored = It is as before, from the next call on.
notices-view-saved = The view is kept. You find it beside the filters.
notices-view-deleted = The view is deleted.
