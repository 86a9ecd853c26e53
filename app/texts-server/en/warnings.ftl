### What of a rule is odd, before it is saved.

warnings-ended-already = The rule has ended already: it will never be in force.
warnings-denies-everything = This denies everything to everybody, you included.
warnings-denies-servers = This denies everybody these servers, you included.
warnings-no-tool = No tool of the chosen servers is called “{ $name }”.
warnings-no-prompt = No prompt of the chosen servers is called “{ $name }”.
warnings-too-much = There is too much to count: more people are affected than are named here.
warnings-later = Some of this begins or ends later, by the dates of the rule.
warnings-untold = Nothing tells Drawbridge “{ $path }” yet: it is missing from every call, so not_exists is always met and everything else about it never.
warnings-counted-met = Its conditions are counted as met here: it may allow less.
warnings-not-counted = What its conditions deny depends on each call and is not counted here; recorded calls tell it.
warnings-last-access = { $person } may change rules, and would lose the last access to { $lists }. If that is not meant, keep or make another rule that allows it.
warnings-last-access-more = The same goes for { NUMBER($more) } more who may change rules.
warnings-nobody-left = Nobody could use { $lists } any more. Leave somebody a rule that allows it, or switch off what nobody needs.
