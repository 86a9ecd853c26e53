### Groups of people and job roles.

## List

groups-description = People who get access together, and job roles: a rule for one of them holds for everybody in it.
groups-what-for = What it is for
groups-any-kind = Groups and job roles
groups-kind-group = Group
groups-kind-job-role = Job role
groups-kind-help = A job role says what people do at work. It gives no rights in Drawbridge itself.
groups-source = Source
groups-source-manual = By hand
groups-source-csv = CSV file
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
groups-nobody-has-email = nobody here has this email address; invite the person first
groups-delete-question = Delete { $name }?
groups-delete-help = It can be deleted once no rule names it. The people stay.
groups-people = People
groups-people-help = Type a name, an email address or a department. Several can be added at once.
groups-choose-somebody = choose somebody

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
groups-import-nothing = Everything is as the file says already. Nothing would change.
groups-import-again = The file or the groups are not as they were before. Look at this before you apply it.
groups-import-new = New
groups-import-new-description = New description
groups-import-more = { $count ->
    [one] 1 more group changes.
   *[other] { $count } more groups change.
}
groups-import-made = { $count ->
    [one] 1 new group or job role
   *[other] { $count } new groups and job roles
}
groups-import-described = { $count ->
    [one] 1 new description
   *[other] { $count } new descriptions
}
groups-import-added = { $count ->
    [one] 1 member added
   *[other] { $count } members added
}
groups-import-removed = { $count ->
    [one] 1 member taken out
   *[other] { $count } members taken out
}
groups-and-more = { $names } and { NUMBER($count) } more
groups-line = Line { $number }
