### One’s own account; sessions are also shown for other people.

account-title = Your account
account-description = Profile, password and the browsers you are signed in with.

## Profile and password

account-profile = Profile
account-profile-description = An administrator can change what is wrong here.
account-password-description = Other sessions stay open; end them below if you changed it for a reason.
account-current-password = Current password
account-new-password = New password
account-new-password-help = At least 12 characters.
account-change-password = Change password

## Sessions

account-sessions-description = Browsers that are signed in as you.
account-end = End
account-browser = Browser
account-last-seen = Last seen
account-signed-in = Signed in
account-this-session = This session
account-browser-on = { $browser } on { $system }
account-unknown-browser = Unknown browser
