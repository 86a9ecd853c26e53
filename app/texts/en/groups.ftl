### Groups of people and job roles.

## List

groups-description = People who get access together, and job roles: a rule for one of them holds for everybody in it.
groups-what-for = What it is for
groups-any-kind = Groups and job roles
groups-kind-group = Group
groups-kind-job-role = Job role
groups-kind-help = A job role says what people do at work. It gives no rights in Drawbridge itself.
groups-source = Source
groups-empty = Nothing here yet
groups-empty-help = Make a group to give several people access at once, or import them from a file.
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
groups-import-description = From a CSV file with one line for each member. Nothing changes before you have seen what would.
groups-import-forbidden = this needs the right to manage users; ask an administrator to import the file
groups-import-file = Choose a file
groups-import-text = Lines of the file
groups-import-text-help = The first line names the columns: group and email, and if you like kind (group or job_role) and description. A line without an address stands for a group without members.
groups-import-replace = Take out who is not in the file
groups-import-replace-help = Only out of groups that the file names. Without this, people are added and nobody is taken out.
groups-import-look = Show what would change
groups-import-apply = Apply these changes
groups-import-changes = What would change
groups-import-what = Change
groups-import-who-added = Added
groups-import-who-removed = Taken out
