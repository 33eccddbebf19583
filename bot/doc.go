// Package bot is how the program hears and speaks: "net/http for chat". It has
// the seams between a chat platform and whoever decides, and the dispatcher that
// joins them. It knows no platform, no database and no failure mode.
//
// # The program, bottom-up
//
// A message passes four folders and comes back once:
//
//	bot        hears and speaks   platforms: messages in, replies out
//	handlers   decides            the desk: what to do with a message
//	knowledge  knows              failure modes, and how they are recognised
//	storage    remembers          cases, feedback, settings, the outbox, jobs
//
// Package knowledge turns a paste into a diagnosis; its package comment tours
// the steps. Package storage keeps what was decided, in SQLite or PostgreSQL:
// everything that one delivery led to is one transaction. Package handlers has
// the desk, which routes a message to a command, diagnoses it in the light of
// its case, lets triage decide whether to speak, and records the outcome. The
// root package builds all of it from the configuration and runs it.
//
// # From a message to a reply
//
//	1  [Platform].Listen         an event becomes a [Message]
//	2  [Dispatcher].Accept       bounds, order within a conversation
//	3  [Handler].Handle          the decision, recorded durably with every reply it leads to
//	4  [Dispatcher].Accept       returns the [Ack]: only now the platform is acknowledged
//	5  [Outbox].Lease            a sender takes the reply, in order within its thread
//	6  [Platform].Send           draws it and says it
//	7  [Outbox].Settle           what became of it
//
// # What is promised
//
// What was acknowledged is recorded, and what is recorded is sent, across
// crashes, restarts and redelivery. A reply is said once where the platform
// knows a repetition by its key ([Deduplicator]); elsewhere a send of which
// nobody knows the outcome is settled by looking for it ([Finder]) before it is
// repeated, so that doubles are at most as many as sends whose answer was lost.
// A private reply is said at most once.
//
// # To add a platform
//
// Implement [Platform], and of the optional interfaces those that the platform
// can honour, asking its service through package outbound; build a fake of the
// service on package fake; draw every reply of bottest.Replies; pass
// bottest.Exercise; add a line to serve.go and the platform's own fields to the
// configuration.
package bot
