"""Table people: handles (ids and emails) and profiles.

A handle and the profile it leads to may be on different partitions, whose messages interleave at will; only those from
one partition to another keep their order. What holds nevertheless, and why:

* A profile is the authority on its handles. Only it gives one up (Release, Clear, Block) or hands it on with itself
  (Absorb, whereupon the receiver sends Rebind). A call that reaches a profile through a handle it has given up goes
  back there, behind the message that frees it. So a handle has one owner at most, and no call is lost or runs in a
  circle. Successive owners have rising ranks, by which a handle knows what an earlier one has said.
* A free handle gives itself to who asks first (Ask, Answer); the answer is on its way to the new owner before any call
  that comes through the handle.
* Only an unknown handle waits, with its calls in a queue. An id waits for the answer to the Ask about the email it was
  named with; both, before that, for looks (an Ask that claims nothing) at other handles that the call names. A look
  waits for nothing, not even in a queue, and an email only for looks, so waiting has no cycle. A known person waits for
  nothing: an identify that wants another id or email travels to that handle and back, and other calls overtake it.
* An identify that names somebody suppressed or deleted is ignored whole, so it looks before it makes or merges anybody.
* A merged profile stays as a signpost, a deleted one as a tombstone; whatever still comes is passed on or answered.
"""

from worker.workspace.people.decide import decide_people

__all__ = ["decide_people"]
