### Why a limit of the data path refuses a call.

limited-rate = { $whose } is limited to { NUMBER($most) } { $calls } a minute; { $retry }
limited-breaker = this server did not answer several times in a row, so calls are not sent; { $retry }
limited-listening = as many clients as may be listen to this server; try again in a moment
limited-queue = this server works on { NUMBER($most) } calls at once and as many as may wait do so already; try again in a moment
limited-wait = this server was busy with other calls for { NUMBER($seconds) } seconds; try again in a moment
limited-person = you have { NUMBER($most) } { $underway } this server under way, which is as many as may be; end one first
