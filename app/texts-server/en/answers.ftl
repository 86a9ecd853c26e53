### What is wrong with an answer to a list, after “its answer to `…`”.

answers-unreadable-error = is an unreadable error
answers-belongs-another-request = belongs to another request
answers-has-no-list-member = has no list `{ $member }`
