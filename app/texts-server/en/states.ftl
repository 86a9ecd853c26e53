### States of people and requests, in the middle of a sentence.

states-active = active
states-inactive = inactive
states-suspended = suspended
states-pending = pending
states-approved = approved
states-rejected = rejected
states-withdrawn = withdrawn
