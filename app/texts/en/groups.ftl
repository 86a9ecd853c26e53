### Groups of people and job roles.

## List

groups-description = People who get access together, and job roles: a rule for one of them holds for everybody in it.
groups-what-for = What it is for
groups-any-kind = Groups and job roles
groups-kind-group = Group
groups-kind-job-role = Job role
groups-kind-help = What people do at work. It gives no rights in Drawbridge.
groups-source = Source
groups-empty = Nothing here yet
groups-empty-help = Make one to give several people access at once, or import a file.
groups-new = New group
groups-new-job-role = New job role
groups-name-example = Data platform
groups-what-for-question = What is it for?
groups-import = Import
groups-export = Export with members

## One group

groups-add-somebody = Add somebody
groups-no-members = Nobody in it yet
groups-no-members-help = Add people; what rules allow here works for them at once.
groups-add-title = Add people
groups-delete-question = Delete { $name }?
groups-delete-help = It can be deleted once no rule names it. The people stay.
groups-people = People
groups-people-help = Type a name, an email address or a department. Several can be added at once.

## Import

groups-import-title = Import groups and job roles
groups-import-description = From a CSV file with a line for each member. You see what would change first.
groups-import-forbidden = this needs the right to manage users; ask an administrator
groups-import-file = Choose a file
groups-import-text = Lines of the file
groups-import-text-help = Columns: group and email, optionally kind (group or job_role) and description. Without an address the group is empty.
groups-import-replace = Take out who is not in the file
groups-import-replace-help = Only out of groups in the file. Otherwise people are only added.
groups-import-look = Show what would change
groups-import-apply = Apply these changes
groups-import-changes = What would change
groups-import-what = Change
groups-import-who-added = Added
groups-import-who-removed = Taken out
