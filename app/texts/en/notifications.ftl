### Notifications.

notifications-title = Notifications
notifications-mark-all-read = Mark all as read
notifications-mark-read = Mark as read
notifications-mark-unread = Mark as unread
notifications-notification = Notification
notifications-unread = {" "}(unread)
notifications-empty = Nothing new
notifications-empty-help = Decisions about your requests and changes of your access appear here.
