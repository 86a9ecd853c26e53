### Groups of people.

## List

groups-description = People who get access together: a rule for a group holds for everybody in it.
groups-what-for = What it is for
groups-empty = No groups yet
groups-empty-help = Make one to give several people access at once.
groups-new = New group
groups-name-example = Data platform
groups-what-for-question = What is it for?
groups-create = Create group

## One group

groups-add-somebody = Add somebody
groups-no-members = Nobody in it yet
groups-no-members-help = Add people; what the group may use works for them at once.
groups-add-title = Add somebody to the group
groups-nobody-has-email = nobody here has this email address; invite the person first
groups-delete-question = Delete this group?
groups-delete = Delete group
groups-delete-help = Rules for the group stop granting anything, so its members lose what only the group allowed. The people stay.
groups-people = People
groups-people-help = Type a name, an email address or a department. Several can be added at once.
groups-choose-somebody = choose somebody
