package discord

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"authfix/bot"
	"authfix/bot/bottest"
	"authfix/bot/discord/discordtest"
)

var acme = bot.Tenant{Platform: Name, Workspace: discordtest.Acme}

// asking returns a platform that asks a fake Discord, and does not listen.
func asking(t *testing.T, s *discordtest.Server, d Deps) *Platform {
	t.Helper()
	p, err := New(Config{Token: s.Token(), API: s.API()}, d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.rest.close)
	return p
}

func TestRole(t *testing.T) {
	const manager, managers, leaver = "1100000000000000211", "1100000000000000111", "1100000000000000212"
	s := discordtest.Start(t, discordtest.Options{})
	s.AddRole(discordtest.Role{ID: managers, Guild: discordtest.Acme, Name: "managers", Permissions: discordtest.ManageGuild})
	s.AddUser(discordtest.User{ID: manager, Name: "manager"})
	s.AddMember(discordtest.Member{Guild: discordtest.Acme, User: manager, Roles: []string{managers}})
	s.AddUser(discordtest.User{ID: leaver, Name: "leaver"})
	s.AddGuild(discordtest.Guild{ID: discordtest.Globex, Name: "Globex", Owner: discordtest.Bob})
	p := asking(t, s, Deps{})
	for range 3 {
		for who, want := range map[string]bot.Role{
			discordtest.Alice: bot.Viewer, discordtest.Bob: bot.Viewer, discordtest.Admin: bot.Admin, discordtest.Owner: bot.Admin,
			manager: bot.Admin, leaver: bot.Viewer, "": bot.Viewer, "no id": bot.Viewer, "1100000000000000999": bot.Viewer,
		} {
			if got, err := p.Role(t.Context(), acme, bot.Author{ID: who}); err != nil || got != want {
				t.Errorf("Role(%q) = %v, %v; want %v", who, got, err, want)
			}
		}
	}
	if n := len(s.CallsOf("GET /guilds/{guild}/members/{user}")); n != 7 {
		t.Errorf("members were asked for %d times, for 7 people", n)
	}
	for _, c := range []struct {
		what string
		t    bot.Tenant
		who  bot.Author
	}{
		{"the owner in a direct message", bot.Tenant{Platform: Name}, bot.Author{ID: discordtest.Owner}},
		{"the owner elsewhere", bot.Tenant{Platform: Name, Workspace: discordtest.Globex}, bot.Author{ID: discordtest.Owner}},
		{"a program", acme, bot.Author{ID: discordtest.Owner, Bot: true}},
		{"in a guild without the bot", bot.Tenant{Platform: Name, Workspace: "1100000000000000998"}, bot.Author{ID: discordtest.Owner}},
	} {
		if got, err := p.Role(t.Context(), c.t, c.who); err != nil || got != bot.Viewer {
			t.Errorf("%s: %v, %v", c.what, got, err)
		}
	}
	s.Outage()
	if role, err := p.Role(t.Context(), acme, bot.Author{ID: "1100000000000000997"}); err == nil || role != bot.Viewer {
		t.Errorf("Role while Discord is away = %v, %v", role, err)
	}
}

func TestRoleIsBelievedForMinutes(t *testing.T) {
	s := discordtest.Start(t, discordtest.Options{})
	clock := bottest.NewClock(time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC))
	p := asking(t, s, Deps{Now: clock.Now})
	is := func() bot.Role {
		t.Helper()
		r, err := p.Role(t.Context(), acme, bot.Author{ID: discordtest.Alice})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	before := is()
	s.AddMember(discordtest.Member{Guild: discordtest.Acme, User: discordtest.Alice, Roles: []string{discordtest.Admins}})
	soon := is()
	clock.Turn(believeMember)
	if later := is(); before != bot.Viewer || soon != bot.Viewer || later != bot.Admin {
		t.Errorf("roles %v, %v, %v", before, soon, later)
	}
}

func TestCanSee(t *testing.T) {
	const (
		quiet, locked, bobs = "1100000000000000311", "1100000000000000312", "1100000000000000313"
		elsewhere           = "1100000000000000314"
	)
	s := discordtest.Start(t, discordtest.Options{Permissions: discordtest.DefaultPermissions | discordtest.ManageThreads})
	s.AddGuild(discordtest.Guild{ID: discordtest.Globex, Name: "Globex", Owner: discordtest.Bob})
	for _, c := range []discordtest.Channel{
		{ID: quiet, Guild: discordtest.Acme, Name: "no-history", Overwrites: []discordtest.Overwrite{{ID: discordtest.Acme, Deny: discordtest.ReadMessageHistory}, {ID: discordtest.Bob, Member: true, Allow: discordtest.ReadMessageHistory}}},
		{ID: locked, Guild: discordtest.Acme, Name: "talk", Kind: discordtest.VoiceChannel, Overwrites: []discordtest.Overwrite{{ID: discordtest.Acme, Deny: discordtest.Permissions(permConnect)}}},
		{ID: bobs, Guild: discordtest.Acme, Name: "bobs-own", Overwrites: []discordtest.Overwrite{{ID: discordtest.Acme, Deny: discordtest.ViewChannel}, {ID: discordtest.Bob, Member: true, Allow: discordtest.ViewChannel}, {ID: discordtest.Bot, Member: true, Allow: discordtest.ViewChannel}}},
		{ID: elsewhere, Guild: discordtest.Globex, Name: "elsewhere"},
	} {
		s.AddChannel(c)
	}
	open := s.StartThreadAlone(discordtest.Bob, discordtest.General, "in the open", false)
	closed := s.StartThreadAlone(discordtest.Bob, discordtest.General, "among us", true)
	inPrivate := s.StartThreadAlone(discordtest.Bob, discordtest.Private, "in private", false)
	post := s.Message(discordtest.Said{Channel: discordtest.Forum, User: discordtest.Bob, Title: "It fails", Text: "it fails"})
	// Who is in a thread, the fake does not tell.
	member := func(who string, f discordtest.Fault) {
		f.Times, f.Match = -1, func(c discordtest.Call) bool { return strings.HasSuffix(c.Path, "/thread-members/"+who) }
		s.Fault(f)
	}
	member(discordtest.Bob, discordtest.Fault{Body: `{"user_id":"` + discordtest.Bob + `"}`})
	member(discordtest.Alice, discordtest.Fault{Status: 404, Code: codeUnknownMember})
	p := asking(t, s, Deps{})
	for _, c := range []struct {
		who, channel string
		want         bool
	}{
		{discordtest.Alice, discordtest.General, true},
		{discordtest.Alice, discordtest.Private, true},
		{discordtest.Alice, discordtest.Forum, true},
		{discordtest.Alice, discordtest.News, true},
		{discordtest.Alice, discordtest.Outside, false}, // the bot cannot tell
		{discordtest.Alice, bobs, false},
		{discordtest.Bob, bobs, true},
		{discordtest.Admin, bobs, true},
		{discordtest.Owner, bobs, true},
		{discordtest.Alice, quiet, false},
		{discordtest.Bob, quiet, true},
		{discordtest.Alice, locked, false},
		{discordtest.Owner, locked, true},
		{discordtest.Alice, open, true},
		{discordtest.Alice, closed, false},
		{discordtest.Bob, closed, true},
		{discordtest.Admin, closed, true},
		{discordtest.Alice, inPrivate, true},
		{discordtest.Admin, inPrivate, true},
		{discordtest.Alice, post, true},
		{discordtest.Bob, elsewhere, false}, // another guild's
		{discordtest.Alice, s.DM(discordtest.Alice), false},
		{discordtest.Alice, "1100000000000000399", false},
		{discordtest.Alice, "../guilds", false},
		{"", discordtest.General, false},
		{"1100000000000000299", discordtest.General, false}, // who is not in the guild
	} {
		if got, err := p.CanSee(t.Context(), acme, bot.Author{ID: c.who}, c.channel); err != nil || got != c.want {
			t.Errorf("CanSee(%s, %s) = %t, %v; want %t", c.who, c.channel, got, err, c.want)
		}
	}
	direct := bot.Tenant{Platform: Name}
	for who, want := range map[string]bool{discordtest.Alice: true, discordtest.Bob: false} {
		if got, err := p.CanSee(t.Context(), direct, bot.Author{ID: who}, s.DM(discordtest.Alice)); err != nil || got != want {
			t.Errorf("%s can see a direct message of another: %t, %v", who, got, err)
		}
	}
	for channel, want := range map[string]bool{
		discordtest.General: true, discordtest.Forum: true, discordtest.News: true, discordtest.Voice: false, discordtest.Private: false, discordtest.Outside: false,
		quiet: false, locked: false, bobs: false, open: true, closed: false, inPrivate: false, post: true, elsewhere: false, s.DM(discordtest.Alice): false, "1100000000000000399": false,
	} {
		if got := p.IsPublic(t.Context(), acme, channel); got != want {
			t.Errorf("IsPublic(%s) = %t, want %t", channel, got, want)
		}
	}
	before := len(s.Calls())
	for range 5 {
		p.IsPublic(t.Context(), acme, discordtest.General)
		if _, err := p.CanSee(t.Context(), acme, bot.Author{ID: discordtest.Bob}, closed); err != nil {
			t.Error(err)
		}
	}
	if n := len(s.Calls()) - before; n != 0 {
		t.Errorf("%d calls for what is known", n)
	}
	s.Outage()
	if got, err := p.CanSee(t.Context(), acme, bot.Author{ID: discordtest.Alice}, discordtest.ReadOnly); got || err == nil {
		t.Errorf("CanSee while Discord is away = %t, %v", got, err)
	}
	if p.IsPublic(t.Context(), acme, discordtest.Triage) {
		t.Error("IsPublic while Discord is away")
	}
}

// What everyone may do is the fake's opinion and the bot's, for each person in each
// channel.
func TestPermissionsAgree(t *testing.T) {
	s := discordtest.Start(t, discordtest.Options{})
	p := asking(t, s, Deps{})
	tried := 0
	for _, who := range []string{discordtest.Alice, discordtest.Bob, discordtest.Admin, discordtest.Owner, discordtest.Bot} {
		for _, channel := range []string{discordtest.General, discordtest.Private, discordtest.ReadOnly, discordtest.Forum, discordtest.News} {
			c, err := p.channelInfo(t.Context(), channel)
			if err != nil {
				t.Fatal(err)
			}
			m, can, _, err := p.may(t.Context(), discordtest.Acme, who)
			if err != nil {
				t.Fatal(err)
			}
			got, want := inChannel(discordtest.Acme, can, c.Overwrites, who, m.Roles), s.Can(who, channel)
			const counts = permViewChannel | permReadHistory | permSendMessages | permSendInThreads | permPublicThreads | permManageThreads | permAddReactions | permEmbedLinks | permManageGuild
			if got&counts != permission(want)&counts {
				t.Errorf("%s in %s: %#x, want %#x", who, channel, got&counts, permission(want)&counts)
			}
			tried++
		}
	}
	if tried != 25 {
		t.Errorf("%d were tried", tried)
	}
}

func TestHere(t *testing.T) {
	s := discordtest.Start(t, discordtest.Options{})
	p := asking(t, s, Deps{})
	here := func(guild string) string {
		t.Helper()
		is, err := p.Here(t.Context(), bot.Tenant{Platform: Name, Workspace: guild})
		return fmt.Sprint(is, err != nil)
	}
	for guild, want := range map[string]string{discordtest.Acme: "true false", "": "true false", "1100000000000000998": "false false"} {
		if got := here(guild); got != want {
			t.Errorf("Here(%q) = %s, want %s", guild, got, want)
		}
	}
	s.Kick(discordtest.Acme)
	if got := here(discordtest.Acme); got != "false false" {
		t.Errorf("after the bot was removed: %s", got)
	}
	s.Invite(discordtest.Acme)
	if got := here(discordtest.Acme); got != "true false" {
		t.Errorf("after it was added again: %s", got)
	}
	// What leads to a deletion must be Discord's own word.
	for name, f := range map[string]discordtest.Fault{
		"a proxy that forbids":   {Status: 403, Body: "<html>blocked</html>"},
		"a proxy without a path": {Status: 404, Body: "not found"},
		"an outage":              {Status: 503},
		"a refused token":        {Status: 401},
	} {
		f.Route, f.Times = "GET /guilds/{guild}", -1
		remove := s.Fault(f)
		q := asking(t, s, Deps{})
		if is, err := q.Here(t.Context(), acme); is || err == nil || strings.Contains(err.Error(), s.Token()) {
			t.Errorf("%s: Here = %t, %v", name, is, err)
		}
		remove()
	}
}
