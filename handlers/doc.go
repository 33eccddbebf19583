// Package handlers decides: it is the desk, the one point of contact, and the
// only package that sees bot, knowledge and storage. [Desk.Handle] takes a
// message through a turn:
//
//	turn.go         recall what is known; route by kind; record the outcome in one transaction
//	heard.go        what is said or edited: is it for us, was it decided before, is it a command
//	command.go      the one list of commands that help, slash menus, the terminal and the documentation read
//	reading.go      the diagnosis in the light of its case: evidence, answers
//	diagnose.go     what follows from it: said, kept, amended after an edit
//	triage.go       speak, ask, admit, stay silent, escalate: a pure function
//	present.go      a diagnosis becomes a [bot.Reply]; chrome.go has every sentence of the desk's own
//	click.go        choices of earlier replies; press.go is what their ids say
//	attachment.go   a file's job: fetch, scan, reply
//	jobs.go         what the queue does for the desk; outbox.go is the desk's side of sending
//
// # Twice and late
//
// A delivery is decided once. What was decided from is compared when it is
// recorded: when another replica changed it meanwhile, the turn is begun anew.
// Of two deliveries of one message the second changes something only if it is a
// later revision, or if it asks where an earlier one did not and nothing was
// said.
//
// # What is kept
//
// Of a message, its observation: facts and clause hits, redacted and bounded.
// From the observations of a case's messages and the answers to its questions
// the diagnosis can be made again, so that a later message, an edit, a deletion
// or a pressed button changes it, and no raw text is kept anywhere.
package handlers
