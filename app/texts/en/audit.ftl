### The audit log.

## The log and one’s own activity

audit-title = Audit log
audit-description = Every action and every call, newest first.
audit-my-activity = My activity
audit-my-activity-description = What you did, and the calls that your AI clients made for you.
audit-no-match = No event matches
audit-no-match-help = Clear a filter or widen the dates.
audit-empty = Nothing happened yet
audit-empty-help = Sign-ins, changes, decisions and every call through Drawbridge will be listed here.

## Filters

audit-any-action = Any action
audit-any-outcome = Any outcome
audit-any-server = Any server
audit-anybody = Anybody
audit-outcome = Outcome
audit-ai-client = AI client
audit-correlation-id = Correlation id

## Table

audit-events = Events
audit-server-and-tool = Server and tool
audit-client = Client
audit-took = Took
audit-command-line = Command line
audit-not-signed-in = Not signed in

## One event
audit-event = Event
audit-open-as-page = Open as page

audit-what-happened = What happened
audit-policy-decision = Policy decision
audit-deciding-rules = Deciding rules
audit-rule-gone = a rule that is gone ({ $id })
audit-ask-access = Ask for access
audit-explain = Explain this decision
audit-to-what = To what
audit-payload = Payload
audit-no-payload = This event carries no payload.
audit-shortened = Shortened to 64 KiB a field; full length: { $length }
audit-arguments = Arguments
audit-result = Result
audit-error = Error
audit-related = Related events
audit-related-description = Everything that the same request caused, in order.
audit-nothing-related = Nothing else happened under this correlation id.
audit-this-event = { $action } (this event)
audit-chain = Place in the chain
audit-chain-description = Each event is sealed with the hash of the one before it: changing one breaks all that follow.
audit-number = Number
audit-node = Node
audit-hash = Hash
audit-hash-before = Hash before
audit-event-id = Event id
