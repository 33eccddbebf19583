// Package discord is Discord as a [bot.Platform]: it turns what the gateway and
// the interactions endpoint tell into messages, and replies into what Discord
// shows.
//
// Discord's payloads are read leniently, by own types with the few fields that
// matter: a component of an unknown type, or a field of an unexpected one, is as
// if it were not there. discordgo's types hand over a message with such a
// component as one without an id and its client cannot say when an event was
// decided, retries a refused token for ever and ignores where to resume; so it
// is used by tests alone, to check what is sent against a second reading.
//
// # A message's place
//
// What stands in a thread has the thread's parent as its channel and the
// thread's id as its thread, for a thread that was started from a message has
// the id of that message. The opening post of a forum has the forum as its
// channel, no thread, and the id that its thread will have.
package discord
