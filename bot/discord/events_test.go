package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"authfix/bot"
)

// Ids of a world for reading.
const (
	readGuild   = "1100000000000000100"
	readText    = "1100000000000000301"
	readThread  = "1100000000000000302"
	readForum   = "1100000000000000303"
	readPost    = "1100000000000000304"
	readHidden  = "1100000000000000305"
	readQuiet   = "1100000000000000306" // a private thread
	readDirect  = "1100000000000000307"
	readMessage = "1100000000000000500"
	readPerson  = "1100000000000000201"
)

// worldly is a reader that knows a guild.
func worldly(t testing.TB) *Platform {
	p := reader(t)
	p.world.begin(0, &wireGuild{
		ID: readGuild, Owner: readPerson, Roles: []wireRole{{ID: readGuild, Permissions: fmt.Sprint(uint64(permReading))}},
		Channels: []wireChannel{
			{ID: readText, Name: "general"}, {ID: readForum, Type: channelForum},
			{ID: readHidden, Overwrites: []wireOverwrite{{ID: readGuild, Deny: fmt.Sprint(uint64(permViewChannel))}}},
		},
		Threads: []wireChannel{{ID: readThread, Type: 11, Parent: readText}, {ID: readPost, Type: 11, Parent: readForum, Name: "Why 401?"}, {ID: readQuiet, Type: threadPrivate, Parent: readText}},
	})
	return p
}

// eventOf is an event with data that some fields are added to.
func eventOf(kind, fields string) event {
	data := `{"id":"` + readMessage + `","channel_id":"` + readText + `","guild_id":"` + readGuild + `","author":{"id":"` + readPerson + `"}`
	if fields != "" {
		data += "," + fields
	}
	return event{kind: kind, data: json.RawMessage(data + "}"), received: time.Now(), at: time.UnixMicro(1_800_000_000_000_000)}
}

func TestReadEvent(t *testing.T) {
	t.Parallel()
	tenant := bot.Tenant{Platform: Name, Workspace: readGuild}
	author := bot.Author{ID: readPerson}
	at := time.UnixMicro(1_800_000_000_000_000)
	edit := time.Date(2026, 11, 20, 10, 11, 12, 345_678_000, time.UTC)
	said := func(f func(*bot.Message)) []bot.Message {
		m := bot.Message{Tenant: tenant, Delivery: readMessage, Kind: bot.Said, Channel: readText, Place: bot.Public, Key: readMessage, Author: author, Text: "x", Sent: timeOf(readMessage)}
		f(&m)
		return []bot.Message{m}
	}
	reply := `"type":19,"content":"x","message_reference":{"message_id":"1100000000000000490"},"referenced_message":{"id":"1100000000000000490","channel_id":"` + readText + `","author":{"id":"%s"},"message_reference":{"message_id":"1100000000000000480","channel_id":"` + readText + `"}}`
	for name, c := range map[string]struct {
		event event
		want  []bot.Message
		err   string
	}{
		"said":      {eventOf("MESSAGE_CREATE", `"content":"x"`), said(func(*bot.Message) {}), ""},
		"asked":     {eventOf("MESSAGE_CREATE", `"content":"<@`+botUser+`> x"`), said(func(m *bot.Message) { m.Asked = true }), ""},
		"in thread": {eventOf("MESSAGE_CREATE", `"content":"x","channel_id":"`+readThread+`"`), said(func(m *bot.Message) { m.Thread = readThread }), ""},
		"in forum":  {eventOf("MESSAGE_CREATE", `"content":"x","channel_id":"`+readPost+`"`), said(func(m *bot.Message) { m.Channel, m.Thread = readForum, readPost }), ""},
		"forum post": {eventOf("MESSAGE_CREATE", `"content":"x","channel_id":"`+readPost+`","id":"`+readPost+`"`), said(func(m *bot.Message) {
			m.Channel, m.Key, m.Delivery, m.Sent = readForum, readPost, readPost, timeOf(readPost)
			m.Text = "Why 401?\nx"
		}), ""},
		"hidden": {eventOf("MESSAGE_CREATE", `"content":"x","channel_id":"`+readHidden+`"`), said(func(m *bot.Message) { m.Channel, m.Place = readHidden, bot.Private }), ""},
		"private thread": {eventOf("MESSAGE_CREATE", `"content":"x","channel_id":"`+readQuiet+`"`), said(func(m *bot.Message) {
			m.Thread, m.Place = readQuiet, bot.Private
		}), ""},
		"direct": {event{kind: "MESSAGE_CREATE", data: json.RawMessage(`{"id":"` + readMessage + `","channel_id":"` + readDirect + `","author":{"id":"` + readPerson + `"},"content":"x"}`)},
			said(func(m *bot.Message) {
				m.Tenant.Workspace, m.Channel, m.Place, m.Asked = "", readDirect, bot.Direct, true
			}), ""},
		"bot":         {eventOf("MESSAGE_CREATE", `"content":"x","author":{"id":"1100000000000000209","bot":true}`), said(func(m *bot.Message) { m.Author = bot.Author{ID: "1100000000000000209", Bot: true} }), ""},
		"webhook":     {eventOf("MESSAGE_CREATE", `"content":"x","webhook_id":"1100000000000000201"`), said(func(m *bot.Message) { m.Author.Bot = true }), ""},
		"own":         {eventOf("MESSAGE_CREATE", `"content":"x","author":{"id":"`+botUser+`","bot":true}`), nil, ""},
		"pin":         {eventOf("MESSAGE_CREATE", `"content":"x","type":6`), nil, ""},
		"starter":     {eventOf("MESSAGE_CREATE", `"content":"x","type":21`), nil, ""},
		"reply":       {eventOf("MESSAGE_CREATE", fmt.Sprintf(reply, readPerson)), said(func(*bot.Message) {}), ""},
		"to answer":   {eventOf("MESSAGE_CREATE", fmt.Sprintf(reply, botUser)), said(func(m *bot.Message) { m.Thread = "1100000000000000480" }), ""},
		"no channel":  {event{kind: "MESSAGE_CREATE", data: json.RawMessage(`{"id":"` + readMessage + `","channel_id":5,"author":{"id":"` + readPerson + `"}}`)}, nil, "it names no channel or no message"},
		"odd channel": {eventOf("MESSAGE_CREATE", `"channel_id":"../1"`), nil, "it names no channel or no message"},
		"odd author":  {eventOf("MESSAGE_CREATE", `"author":"x","content":"x"`), said(func(*bot.Message) {}), ""},
		"no author":   {event{kind: "MESSAGE_CREATE", data: json.RawMessage(`{"id":"` + readMessage + `","channel_id":"` + readText + `"}`)}, nil, "it names no author"},
		"no object":   {event{kind: "MESSAGE_CREATE", data: json.RawMessage(`[1]`)}, nil, "it is no object"},
		"no JSON":     {event{kind: "MESSAGE_CREATE", data: json.RawMessage(`{"content":"hunter2`)}, nil, "it is no JSON"},
		"too long":    {event{kind: "MESSAGE_CREATE", data: json.RawMessage(strings.Repeat(" ", maxPayload+1))}, nil, "it has more than 1 MiB"},
		"edited": {eventOf("MESSAGE_UPDATE", `"content":"x","edited_timestamp":"2026-11-20T10:11:12.345678+00:00"`), said(func(m *bot.Message) {
			m.Kind, m.Revision, m.Sent, m.Delivery = bot.Edited, edit.UnixMicro(), time.UnixMicro(edit.UnixMicro()), fmt.Sprint(readMessage, ":", edit.UnixMicro())
		}), ""},
		"unfurled": {eventOf("MESSAGE_UPDATE", `"content":"x","edited_timestamp":null,"embeds":[{"type":"link"}]`), nil, ""},
		"partly":   {event{kind: "MESSAGE_UPDATE", data: json.RawMessage(`{"id":"` + readMessage + `","channel_id":"` + readText + `","embeds":[]}`)}, nil, ""},
		"deleted": {event{kind: "MESSAGE_DELETE", at: at, data: json.RawMessage(`{"id":"` + readMessage + `","channel_id":"` + readThread + `","guild_id":"` + readGuild + `"}`)},
			[]bot.Message{{Tenant: tenant, Delivery: readMessage + ":deleted", Kind: bot.Deleted, Channel: readText, Thread: readThread, Place: bot.Public, Key: readMessage, Revision: at.UnixMicro(), Sent: at}}, ""},
		"deleted post": {event{kind: "MESSAGE_DELETE", at: at, data: json.RawMessage(`{"id":"` + readPost + `","channel_id":"` + readPost + `","guild_id":"` + readGuild + `"}`)},
			[]bot.Message{{Tenant: tenant, Delivery: readPost + ":deleted", Kind: bot.Deleted, Channel: readForum, Place: bot.Public, Key: readPost, Revision: at.UnixMicro(), Sent: at}}, ""},
		"thread of forum gone": {event{kind: "THREAD_DELETE", at: at, data: json.RawMessage(`{"id":"` + readPost + `","parent_id":"` + readForum + `","guild_id":"` + readGuild + `","type":11}`)},
			[]bot.Message{{Tenant: tenant, Delivery: readPost + ":deleted", Kind: bot.Deleted, Channel: readForum, Place: bot.Private, Key: readPost, Revision: at.UnixMicro(), Sent: at}}, ""},
		"thread gone": {event{kind: "THREAD_DELETE", at: at, data: json.RawMessage(`{"id":"` + readThread + `","parent_id":"` + readText + `","guild_id":"` + readGuild + `","type":11}`)}, nil, ""},
		"unknown":     {event{kind: "TOMORROW", data: json.RawMessage(`{}`)}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := worldly(t).readEvent(t.Context(), c.event)
			if (err == nil) != (c.err == "") || err != nil && !strings.HasPrefix(err.Error(), c.err) {
				t.Fatalf("readEvent = %v, want %q", err, c.err)
			}
			if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("readEvent (-want +got):\n%s", diff)
			}
		})
	}
}

// Many messages that are deleted at once are as many deliveries.
func TestReadBulk(t *testing.T) {
	t.Parallel()
	var ids []string
	for i := range 300 {
		ids = append(ids, fmt.Sprint(1100000000000001000+i))
	}
	list, _ := json.Marshal(ids)
	e := event{kind: "MESSAGE_DELETE_BULK", at: time.Now(), data: json.RawMessage(`{"ids":` + string(list) + `,"channel_id":"` + readText + `","guild_id":"` + readGuild + `"}`)}
	got, err := worldly(t).readEvent(t.Context(), e)
	if err != nil || len(got) != maxBulk || got[1].Delivery != ids[1]+":deleted" || got[1].Kind != bot.Deleted {
		t.Errorf("readEvent = %d messages, %v, want %d", len(got), err, maxBulk)
	}
}

// A message is heard in any order of decisions: what was not decided is not
// acknowledged.
func TestHearNotDecided(t *testing.T) {
	t.Parallel()
	p := worldly(t)
	refuse := func(context.Context, bot.Message) (bot.Ack, error) { return bot.Ack{}, errors.New("no") }
	if p.hear(t.Context(), refuse, eventOf("MESSAGE_CREATE", `"content":"x"`)) {
		t.Error("hear = true of what was refused")
	}
	// Discord cannot be asked for the channel.
	var heard []bot.Message
	accept := func(_ context.Context, m bot.Message) (bot.Ack, error) {
		heard = append(heard, m)
		return bot.Ack{}, nil
	}
	if p.hear(t.Context(), accept, eventOf("MESSAGE_CREATE", `"content":"x","channel_id":"1100000000000000999"`)) || len(heard) > 0 {
		t.Errorf("hear = true of what cannot be placed: %v", heard)
	}
}

// Without the intent what is empty is not heard, unless it is for the bot.
func TestHearContentless(t *testing.T) {
	t.Parallel()
	p := worldly(t)
	p.gate.contentless.Store(true)
	for fields, want := range map[string]int{
		`"content":""`: 0, `"content":"","mentions":[{"id":"` + botUser + `"}]`: 1, `"content":"<@` + botUser + `> x"`: 1,
		`"content":"x"`: 1, `"content":"","attachments":[{"id":"1100000000000000601","filename":"a"}]`: 1,
	} {
		got, err := p.readEvent(t.Context(), eventOf("MESSAGE_CREATE", fields))
		if err != nil || len(got) != want {
			t.Errorf("%s: %d messages, %v, want %d", fields, len(got), err, want)
		}
	}
	p.gate.contentless.Store(false)
	if got, err := p.readEvent(t.Context(), eventOf("MESSAGE_CREATE", `"content":""`)); err != nil || len(got) != 1 {
		t.Errorf("with the intent: %d messages, %v, want 1", len(got), err)
	}
}

// The world follows what the gateway tells of it.
func TestLearn(t *testing.T) {
	t.Parallel()
	p := worldly(t)
	sh := newShard(p, nil, 0, 1, shardState{}, time.Now())
	tell := func(kind, data string) { sh.learn(t.Context(), event{kind: kind, data: json.RawMessage(data)}) }
	spot := func(channel string) spot {
		t.Helper()
		s, err := p.spotOf(t.Context(), readGuild, channel, readMessage)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	tell("CHANNEL_CREATE", `{"id":"1100000000000000700","guild_id":"`+readGuild+`","type":0,"name":"new"}`)
	tell("THREAD_CREATE", `{"id":"1100000000000000701","guild_id":"`+readGuild+`","type":11,"parent_id":"1100000000000000700","newly_created":true}`)
	if got := spot("1100000000000000701"); got.channel != "1100000000000000700" || got.thread != "1100000000000000701" || got.place != bot.Public {
		t.Errorf("a new thread stands at %+v", got)
	}
	tell("CHANNEL_UPDATE", `{"id":"1100000000000000700","guild_id":"`+readGuild+`","type":0,"permission_overwrites":[{"id":"`+readGuild+`","type":0,"deny":"1024","allow":"0"}]}`)
	if got := spot("1100000000000000701"); got.place != bot.Private {
		t.Errorf("in a channel that was hidden: %+v", got)
	}
	tell("CHANNEL_UPDATE", `{"id":"1100000000000000700","guild_id":"`+readGuild+`","type":0,"permission_overwrites":[{"id":7,"deny":"x"}]}`)
	tell("GUILD_ROLE_UPDATE", `{"guild_id":"`+readGuild+`","role":{"id":"`+readGuild+`","permissions":"0"}}`)
	if got := spot("1100000000000000701"); got.place != bot.Private {
		t.Errorf("where nobody may read: %+v", got)
	}
	tell("GUILD_ROLE_UPDATE", `{"guild_id":"`+readGuild+`","role":{"id":"`+readGuild+`","permissions":"66560"}}`)
	tell("GUILD_ROLE_CREATE", `{"guild_id":"`+readGuild+`","role":{"id":"1100000000000000801","permissions":"8"}}`)
	tell("GUILD_ROLE_DELETE", `{"guild_id":"`+readGuild+`","role_id":"1100000000000000801"}`)
	if _, g, ok := p.world.place(readText); !ok || len(g.Roles) != 1 {
		t.Errorf("the guild's roles are %v", g.Roles)
	}
	if got := spot("1100000000000000701"); got.place != bot.Public {
		t.Errorf("where everyone may read again: %+v", got)
	}
	tell("THREAD_LIST_SYNC", `{"guild_id":"`+readGuild+`","threads":[{"id":"1100000000000000702","type":11,"parent_id":"`+readText+`"}]}`)
	if got := spot("1100000000000000702"); got.thread != "1100000000000000702" {
		t.Errorf("a thread of a list stands at %+v", got)
	}
	tell("CHANNEL_DELETE", `{"id":"1100000000000000700","guild_id":"`+readGuild+`"}`)
	if _, _, ok := p.world.place("1100000000000000700"); ok {
		t.Error("a channel that is gone is known")
	}
	tell("GUILD_DELETE", `{"id":"`+readGuild+`"}`)
	if len(p.world.channels) != 0 || p.world.guilds[readGuild] != nil {
		t.Errorf("of a guild that is gone %d channels are known", len(p.world.channels))
	}
}

// Whatever an event is, reading it neither fails badly nor calls anybody with
// what it holds.
func FuzzReadEvent(f *testing.F) {
	for _, kind := range []string{"MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK", "THREAD_DELETE", "GUILD_CREATE", "READY", "CHANNEL_UPDATE"} {
		for _, fields := range []string{``, `"content":"<@` + botUser + `> x"`, `"edited_timestamp":"2026-11-20T10:11:12.345678+00:00"`, `"embeds":[{"fields":[{}]}],"webhook_id":"1"`,
			`"components":[{"type":17,"components":[{"type":10,"content":"x"}]}],"author":{"id":"1","bot":true}`, `"message_snapshots":[{"message":{"content":"x"}}]`, `"type":19,"referenced_message":null`,
			`"ids":["1","2"]`, `"roles":[{"id":"1","permissions":"8"}],"channels":[{"id":"1","permission_overwrites":[{"id":"1"}]}]`} {
			e := eventOf(kind, fields)
			f.Add(kind, []byte(e.data))
		}
	}
	f.Add("MESSAGE_CREATE", []byte(`{"content":"`))
	p := worldly(f)
	stopped, cancel := context.WithCancel(context.Background())
	cancel() // nobody is asked
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		sh := newShard(p, nil, 0, 1, shardState{}, time.Now())
		e := event{kind: kind, data: data, at: time.UnixMicro(1_800_000_000_000_000)}
		if kind != "READY" && kind != "GUILD_DELETE" {
			sh.learn(stopped, e)
		}
		all, err := p.readEvent(stopped, e)
		if err != nil {
			return
		}
		again, _ := p.readEvent(stopped, e)
		if diff := cmp.Diff(all, again); diff != "" {
			t.Errorf("it is read in two ways:\n%s", diff)
		}
		for _, m := range all {
			if !idLike(m.Key) || !idLike(m.Channel) || m.Thread != "" && !idLike(m.Thread) || m.Tenant.Workspace != "" && !idLike(m.Tenant.Workspace) ||
				len(m.Delivery) > bot.MaxDelivery || !strings.HasPrefix(m.Delivery, m.Key) || len(m.Text) > maxPayload || len(m.Files) > maxFiles {
				t.Errorf("it is read as %+v", m)
			}
		}
	})
}

// What is skipped of a frame does not hide which event it was.
func TestHeadOf(t *testing.T) {
	t.Parallel()
	f := headOf([]byte(`{"t":"GUILD_CREATE","s":4711,"op":0,"d":{"id":"1` + strings.Repeat("x", 1000)))
	if f.Kind != "GUILD_CREATE" || f.Seq == nil || *f.Seq != 4711 || f.Op != opDispatch || len(f.Data) != 0 {
		t.Errorf("headOf = %+v", f)
	}
	if f := headOf([]byte(`{"d":{"t":"`)); f.Kind != kindUnread || f.Seq != nil {
		t.Errorf("headOf = %+v, want nothing", f)
	}
}

// discordgo reads the same of a message that it can read.
func TestWireMessageOracle(t *testing.T) {
	t.Parallel()
	for _, data := range []string{
		string(eventOf("MESSAGE_CREATE", `"content":"x <@1> \u2028","timestamp":"2023-04-24T10:07:17.011000+00:00","type":19,"webhook_id":"7","application_id":"8",
			"mentions":[{"id":"1","bot":true},{"id":"2"}],"message_reference":{"type":0,"message_id":"3","channel_id":"4","guild_id":"5"},
			"referenced_message":{"id":"3","channel_id":"4","author":{"id":"6"},"content":"y","message_reference":{"message_id":"9"}}`).data),
		string(eventOf("MESSAGE_UPDATE", `"content":"","edited_timestamp":"2026-11-20T10:11:12.345678+00:00","attachments":[{"id":"1","filename":"a.log","content_type":"text/plain","size":7,"url":"https://cdn.discordapp.com/a"}],"flags":64,"embeds":[{"type":"rich","title":"T"}],"application_id":"8"`).data),
	} {
		var ours wireMessage
		if err := bot.Decode([]byte(data), &ours); err != nil {
			t.Fatal(err)
		}
		var theirs discordgo.Message
		if err := json.Unmarshal([]byte(data), &theirs); err != nil {
			t.Fatal(err)
		}
		want := wireMessage{ID: theirs.ID, Channel: theirs.ChannelID, Guild: theirs.GuildID, Type: int(theirs.Type), Webhook: theirs.WebhookID, Application: "8", Content: theirs.Content,
			Author: wireUser{ID: theirs.Author.ID, Bot: theirs.Author.Bot}}
		for _, u := range theirs.Mentions {
			want.Mentions = append(want.Mentions, wireUser{ID: u.ID, Bot: u.Bot})
		}
		for _, a := range theirs.Attachments {
			want.Attachments = append(want.Attachments, wireAttachment{ID: a.ID, Name: a.Filename, Type: a.ContentType, Size: int64(a.Size), URL: a.URL})
		}
		if r := theirs.MessageReference; r != nil {
			want.Reference = &wireReference{Message: r.MessageID, Channel: r.ChannelID, Guild: r.GuildID}
		}
		if r := theirs.ReferencedMessage; r != nil {
			want.Referenced = &wireMessage{ID: r.ID, Channel: r.ChannelID, Content: r.Content, Author: wireUser{ID: r.Author.ID}, Reference: &wireReference{Message: r.MessageReference.MessageID}}
		}
		if diff := cmp.Diff(want, ours, cmpopts.IgnoreFields(wireMessage{}, "Timestamp", "Edited", "Embeds")); diff != "" {
			t.Errorf("read otherwise than by discordgo (-theirs +ours):\n%s", diff)
		}
		if e := theirs.EditedTimestamp; e != nil && micros(ours.Edited) != e.UnixMicro() {
			t.Errorf("edited at %d, want %d", micros(ours.Edited), e.UnixMicro())
		}
		id, err := discordgo.SnowflakeTimestamp(ours.ID)
		if err != nil || !timeOf(ours.ID).Equal(id) {
			t.Errorf("said at %v, want %v", timeOf(ours.ID), id)
		}
	}
}
