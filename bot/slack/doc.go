// Package slack is Slack as a [bot.Platform]: it turns Slack's events, commands
// and interactions into messages, and replies into what Slack shows. It is the
// only package that knows Slack's libraries.
//
// # Ways in
//
// Slack delivers over Socket Mode, where the program opens a connection
// (socket.go, socket_conn.go), or over HTTP, where Slack calls (http.go,
// verify.go). Behind both is the same code: deliver.go has a delivery decided and
// says with what it is acknowledged, events.go reads what happened, interact.go
// what was commanded, clicked or filled in, text.go what was written; modal.go
// opens the form, and options.go completes what is typed into a menu. A delivery
// is acknowledged when it was decided and recorded, never before; what is not
// acknowledged Slack delivers again, under the same key.
//
// Slack's payloads are read leniently, by own types with the few fields that
// matter (wire.go): a field of an unexpected type is as if it were not there, and
// what lacks something indispensable is recorded as [bot.Broken], with its id,
// type, size and error, and acknowledged. slack-go's types refuse a whole event
// for one block that they cannot read, and its client of Socket Mode neither
// acknowledges what it cannot read nor what was decided while it stops.
package slack
