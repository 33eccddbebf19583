package main

import (
	"sync"
	"testing"

	"authfix/bot/discord/discordtest"
)

// hostilePaste holds what would call people, lead elsewhere or break out of its
// fence if it were not escaped.
const hostilePaste = clockPaste + " ``` @everyone @here <@" + discordtest.Bob + "> <@&" + discordtest.Admins + "> [click here](https://evil.example/x) https://discord.gg/evil\n```"

// discordStories are what people do in Discord. Each has people and channels of
// its own, so that all go on at the same time.
var discordStories = []struct {
	name string
	tell func(w *discordWorld, t *testing.T)
}{
	{"command", (*discordWorld).tellCommand},
	{"form", (*discordWorld).tellForm},
	{"lookups", (*discordWorld).tellLookups},
	{"completion", (*discordWorld).tellCompletion},
	{"case by commands", (*discordWorld).tellCase},
	{"file of a command", (*discordWorld).tellCommandFile},
	{"mention", (*discordWorld).tellMention},
	{"mention of a secret", (*discordWorld).tellSecret},
	{"secret of somebody who cannot be told", (*discordWorld).tellUntold},
	{"direct message", (*discordWorld).tellDirect},
	{"message command", (*discordWorld).tellMessageCommand},
	{"message command elsewhere", (*discordWorld).tellUserInstall},
	{"triage", (*discordWorld).tellTriage},
	{"thread", (*discordWorld).tellThread},
	{"forum", (*discordWorld).tellForum},
	{"marks", (*discordWorld).tellMarks},
	{"edit before the answer", (*discordWorld).tellEarlyEdit},
	{"edit after the answer", (*discordWorld).tellLateEdit},
	{"deletion", (*discordWorld).tellDeletion},
	{"files", (*discordWorld).tellFiles},
	{"unreadable files", (*discordWorld).tellUnreadable},
	{"follow-ups", (*discordWorld).tellFollowUps},
	{"question", (*discordWorld).tellQuestion},
	{"buttons", (*discordWorld).tellButtons},
	{"escalation", (*discordWorld).tellEscalation},
	{"settings", (*discordWorld).tellSettings},
	{"no threads", (*discordWorld).tellNoThreads},
	{"shut threads", (*discordWorld).tellShutThreads},
	{"long answers", (*discordWorld).tellLong},
}

// TestDiscordStories tells every story with both ways of interactions, by a
// process that is stopped softly at the end. Nothing that Discord would complain
// of may happen, and the planted secrets are nowhere.
func TestDiscordStories(t *testing.T) {
	t.Parallel()
	var ways sync.WaitGroup
	for _, way := range discordWays {
		ways.Go(func() {
			t.Run(way.name, func(t *testing.T) {
				w := newDiscordWorld(t, way.http, discordtest.Options{Pace: true, Permissions: discordtest.DefaultPermissions | discordtest.ManageThreads})
				w.Plant(leakedToken, leakedPassword, warnedToken)
				w.PlantPaste(hostilePaste)
				w.env["DISCORD_FORUM_TAGS"] = "answered=answered,resolved=solved"
				w.env["AUTHFIX_ADMINS"] = "discord:" + discordtest.Alice
				w.begin()
				// They wait most of the time, so all are told at once, however many cores
				// there are.
				var all sync.WaitGroup
				for _, s := range discordStories {
					all.Go(func() { t.Run(s.name, func(t *testing.T) { s.tell(w, t) }) })
				}
				all.Wait()
				w.settle(t, "")
				w.stop()
				w.searchFiles(append(w.sealed(), leakedToken, leakedPassword, warnedToken)...)
			})
		})
	}
	ways.Wait()
}
