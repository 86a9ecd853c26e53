### Signing in, and the pages of one-time links.

## Signing in

session-forgot-password = Forgot your password? An administrator can make a link for you that sets a new one.
session-no-administrator = There is no administrator yet
session-no-administrator-text = drawbridge serve prints a link when it starts, in its terminal or wherever its output goes (journalctl, docker logs). It makes the first administrator; start the program again for a new one.

## Pages of one-time links

session-setup-title = Set up Drawbridge
session-invite-title = Welcome to Drawbridge
session-reset-title = Set a new password
session-setup-intro = You are the first one here. This account will be the administrator who invites everybody else.
session-invite-intro = Hello { $person }. Choose a password and you are in.
session-reset-intro = Hello { $person }. Choose a new password. All open sessions will be ended.
session-your-name = Your name
session-password-help = At least 12 characters. A few words that only you would put together work well.
session-create-account = Create account
session-join = Join
session-set-password = Set password

## Links that no longer work

session-dead-link = This link does not work any more
session-dead-setup = Setup links work once, for 24 hours, and only until there is an administrator. Start the server again to get a new one on its terminal, or sign in if you have an account.
session-dead-invite = Invitations work once. Ask an administrator for a new link, or sign in if you have joined already.
session-dead-reset = Links for a new password work once. Ask an administrator for a new one.
session-go-to-sign-in = Go to sign-in
