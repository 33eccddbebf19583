package discordtest

import (
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

func TestResume(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	k, ready := connect(t, s, allIntents)
	k.event("GUILD_CREATE")
	s.Message(Said{Channel: General, Text: "one"})
	k.event("MESSAGE_CREATE")
	seq := k.seq
	s.DropSockets()
	k.closed()
	s.Message(Said{Channel: General, Text: "two"})
	s.Message(Said{Channel: Triage, Text: "three"})
	k = dial(t, s, "/resume/")
	k.send(6, obj{"token": s.Token(), "session_id": ready["session_id"], "seq": seq})
	for _, want := range []string{"two", "three"} {
		if m := k.event("MESSAGE_CREATE"); m["content"] != want {
			t.Errorf("replayed %v, want %q", m["content"], want)
		}
	}
	k.event("RESUMED")
	s.Message(Said{Channel: General, Text: "four"})
	if m := k.event("MESSAGE_CREATE"); m["content"] != "four" {
		t.Errorf("after the resume came %v", m["content"])
	}
	if s.Resumes() != 1 || s.Identifies() != 1 || !s.Ready() {
		t.Errorf("resumes = %d, identifies = %d, ready = %v", s.Resumes(), s.Identifies(), s.Ready())
	}
	quiet(t, s)
}

func TestResumeIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		o    Options
		path string
		do   func(*Server, *socket)
	}{
		"after the time":        {Options{}, "/resume/", func(s *Server, k *socket) { s.DropSockets(); s.Advance(4 * time.Minute) }},
		"after a normal close":  {Options{}, "/resume/", normalClose},
		"when it was forgotten": {Options{}, "/resume/", func(s *Server, k *socket) { s.DropSockets(); s.ForgetSessions() }},
		"when too much is lost": {Options{Replay: 2}, "/resume/", func(s *Server, k *socket) {
			s.DropSockets()
			for range 3 {
				s.Message(Said{Channel: General, Text: "t"})
			}
		}},
		"at another address": {Options{StrictResume: true}, "/gateway/", func(s *Server, k *socket) { s.DropSockets() }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := Start(t, c.o)
			k, ready := connect(t, s, allIntents)
			k.event("GUILD_CREATE")
			c.do(s, k)
			seq := k.seq
			k = dial(t, s, c.path)
			k.send(6, obj{"token": s.Token(), "session_id": ready["session_id"], "seq": seq})
			if e, err := k.next(); err != nil || e.Op != 9 {
				t.Fatalf("got %+v, %v, want an invalid session", e, err)
			}
			s.Advance(5 * time.Second)
			k.send(2, identity(s, allIntents, nil))
			k.event("READY")
		})
	}
}

func normalClose(s *Server, k *socket) {
	_ = k.ws.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""))
	k.closed()
	for s.Sessions()[0].Connected {
		time.Sleep(time.Millisecond)
	}
}

func TestFatalCloses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		o    Options
		op   int
		d    func(*Server) any
		want int
	}{
		"token":              {Options{}, 2, func(s *Server) any { return identity(s, 0, obj{"token": "wrong"}) }, 4004},
		"intents":            {Options{}, 2, func(s *Server) any { return identity(s, 1<<30, nil) }, 4013},
		"disallowed intents": {Options{NoMessageContent: true}, 2, func(s *Server) any { return identity(s, intentContent, nil) }, 4014},
		"shard":              {Options{}, 2, func(s *Server) any { return identity(s, 0, obj{"shard": arr{2, 2}}) }, 4010},
		"sharding required":  {Options{Shards: 2, MustShard: true}, 2, func(s *Server) any { return identity(s, 0, nil) }, 4011},
		"no properties":      {Options{}, 2, func(s *Server) any { return obj{"token": s.Token(), "intents": 0} }, 4002},
		"not identified":     {Options{}, 3, func(s *Server) any { return obj{} }, 4003},
		"unknown opcode":     {Options{}, 77, func(s *Server) any { return obj{} }, 4001},
		"resume's token":     {Options{}, 6, func(s *Server) any { return obj{"token": "x", "session_id": "y", "seq": 1} }, 4004},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := Start(t, c.o)
			k := dial(t, s, "/gateway/")
			k.send(c.op, c.d(s))
			if got := k.closed(); got != c.want {
				t.Errorf("closed with %d, want %d", got, c.want)
			}
		})
	}
	s := Start(t, Options{})
	k, _ := connect(t, s, allIntents)
	k.send(2, identity(s, allIntents, nil))
	if got := k.closed(); got != 4005 {
		t.Errorf("identified twice: closed with %d, want 4005", got)
	}
	ws, _, err := websocket.DefaultDialer.Dial(s.socketURL("/gateway/")+"?v=9&encoding=json", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	if got := (&socket{t: t, ws: ws}).closed(); got != 4012 {
		t.Errorf("version 9: closed with %d, want 4012", got)
	}
}

func TestSessionStarts(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{Identifies: 3, MaxConcurrency: 2, Shards: 2, Heartbeat: time.Hour})
	shard := func(i int) *socket {
		k := dial(t, s, "/gateway/")
		k.send(2, identity(s, allIntents, obj{"shard": arr{i, 2}}))
		return k
	}
	shard(0).event("READY")
	shard(1).event("READY") // of another bucket
	if e := shard(0).op(9); e.Op != 9 {
		t.Error("a second identify at once was accepted")
	}
	got := must(t, s, "GET", "/gateway/bot", nil).obj
	start := got["session_start_limit"].(obj)
	if integer(got["shards"]) != 2 || integer(start["remaining"]) != 1 || integer(start["max_concurrency"]) != 2 || integer(start["total"]) != 3 {
		t.Errorf("gateway/bot = %v", got)
	}
	s.Advance(5 * time.Second)
	shard(0).event("READY")
	s.Advance(5 * time.Second)
	quiet(t, s)
	if got := shard(0).closed(); got != 4004 {
		t.Errorf("over session_start_limit: closed with %d, want 4004", got)
	}
	wantRule(t, s, RuleGateway)
}

func TestShards(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{MaxConcurrency: 2})
	s.AddGuild(Guild{ID: Globex, Name: "Globex", Owner: Bob})
	s.AddChannel(Channel{ID: "1100000000004194501", Guild: Globex, Name: "g"})
	if shardOf(Acme, 2) == shardOf(Globex, 2) {
		t.Fatal("the two guilds are on one shard")
	}
	var shards [2]*socket
	for i := range shards {
		shards[i] = dial(t, s, "/gateway/")
		shards[i].send(2, identity(s, allIntents, obj{"shard": arr{i, 2}}))
		if ready := shards[i].event("READY"); len(list(ready["guilds"])) != 1 {
			t.Errorf("shard %d has the guilds %v, want one", i, ready["guilds"])
		}
		shards[i].event("GUILD_CREATE")
	}
	s.Message(Said{Channel: General, Text: "acme"})
	s.Message(Said{Channel: "1100000000004194501", User: Bob, Text: "globex"})
	s.Direct(Alice, "direct")
	for guild, want := range map[string]string{Acme: "acme", Globex: "globex"} {
		k := shards[shardOf(guild, 2)]
		if m := k.event("MESSAGE_CREATE"); m["content"] != want {
			t.Errorf("the shard of %s heard %v", want, m["content"])
		}
	}
	if m := shards[0].event("MESSAGE_CREATE"); m["content"] != "direct" {
		t.Errorf("shard 0 heard %v, want the direct message", m["content"])
	}
}

func TestMessageContent(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{NoMessageContent: true})
	k, _ := connect(t, s, allIntents&^intentContent)
	file := []File{{Name: "a.txt", Content: []byte("a")}}
	id := s.Message(Said{Channel: General, Text: "secret", Files: file, Embeds: arrOf(obj{"title": "t"}), Components: arrOf(row())})
	m := k.event("MESSAGE_CREATE")
	if m["content"] != "" || len(list(m["attachments"])) != 0 || len(list(m["embeds"])) != 0 || len(list(m["components"])) != 0 || text(m["author"].(obj)["id"]) != Alice {
		t.Errorf("without the intent came %v", m)
	}
	if got := must(t, s, "GET", "/channels/"+General+"/messages/"+id, nil); got.obj["content"] != "" {
		t.Errorf("without the intent REST shows %s", got.raw)
	}
	s.Mention(Said{Channel: General, Text: "seen", Files: file})
	if m := k.event("MESSAGE_CREATE"); !strings.HasSuffix(text(m["content"]), "seen") || len(list(m["attachments"])) != 1 {
		t.Errorf("a mention came as %v", m)
	}
	own := post(t, s, General, "mine")
	if m := k.event("MESSAGE_CREATE"); m["content"] != "mine" {
		t.Errorf("its own message came as %v", m)
	}
	s.Message(Said{Channel: General, Text: "a reply", ReplyTo: own.id()})
	if m := k.event("MESSAGE_CREATE"); m["content"] != "a reply" || m["referenced_message"].(obj)["content"] != "mine" {
		t.Errorf("a reply that mentions the bot came as %v", m)
	}
	s.Message(Said{Channel: General, Text: "a quiet reply", ReplyTo: id, User: Bob})
	if m := k.event("MESSAGE_CREATE"); m["content"] != "" || m["referenced_message"].(obj)["content"] != "" {
		t.Errorf("a reply to another came as %v", m)
	}
	s.Direct(Alice, "direct")
	if m := k.event("MESSAGE_CREATE"); m["content"] != "direct" {
		t.Errorf("a direct message came as %v", m)
	}
	s.Edit(id, "other")
	if m := k.event("MESSAGE_UPDATE"); m["content"] != "" || m["edited_timestamp"] == nil {
		t.Errorf("an edit came as %v", m)
	}
}

func arrOf(o ...obj) []obj { return o }

func TestDisturbances(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{IdentifyEvery: time.Nanosecond})
	k, _ := connect(t, s, allIntents)
	k.event("GUILD_CREATE")
	k.send(1, 3)
	k.op(11)
	s.Silence(true)
	k.send(1, 3)
	s.AskHeartbeat()
	if e, err := k.next(); err != nil || e.Op != 1 {
		t.Errorf("got %+v, %v, want to be asked for a heartbeat and no acknowledgement before", e, err)
	}
	s.Silence(false)
	s.Reconnect()
	k.op(7)
	s.Frame([]byte(`{"op":0,"t":"NEW_EVENT","s":99,"d":{"new":true}}`))
	if d := k.event("NEW_EVENT"); d["new"] != true {
		t.Errorf("the frame came as %v", d)
	}
	s.InvalidSession(false)
	k.op(9)
	k.send(2, identity(s, allIntents, nil))
	k.event("READY")
	k.event("GUILD_CREATE")
	s.Event("SOMETHING", Acme, obj{"x": 1.0})
	if d := k.event("SOMETHING"); d["x"] != 1.0 {
		t.Errorf("the event came as %v", d)
	}
	s.CloseSockets(4000, "unknown error")
	if got := k.closed(); got != 4000 {
		t.Errorf("closed with %d", got)
	}
	if s.Ready() {
		t.Error("ready without a connection")
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	k, _ := connect(t, s, allIntents|intentReactions)
	k.event("GUILD_CREATE")
	id := s.Message(Said{Channel: General, Text: "one", Components: arrOf(obj{"type": 99, "new": true})})
	if m := k.event("MESSAGE_CREATE"); integer(list(m["components"])[0]["type"]) != 99 {
		t.Errorf("the planted component came as %v", m["components"])
	}
	s.Edit(id, "two")
	if m := k.event("MESSAGE_UPDATE"); m["content"] != "two" || m["edited_timestamp"] == nil || m["author"] == nil {
		t.Errorf("MESSAGE_UPDATE = %v", m)
	}
	first := k.got[len(k.got)-1].D["edited_timestamp"]
	s.Unfurl(id)
	if m := k.event("MESSAGE_UPDATE"); m["content"] != "two" || m["edited_timestamp"] != first || len(list(m["embeds"])) != 1 {
		t.Errorf("the unfurl came as %v", m)
	}
	s.EditPartly(id, "three")
	if m := k.event("MESSAGE_UPDATE"); m["content"] != "three" || m["author"] != nil {
		t.Errorf("the partial update came as %v", m)
	}
	s.React(Bob, id, "👍")
	if e := k.event("MESSAGE_REACTION_ADD"); e["message_id"] != id || e["user_id"] != Bob {
		t.Errorf("MESSAGE_REACTION_ADD = %v", e)
	}
	s.Delete(id)
	if m := k.event("MESSAGE_DELETE"); m["id"] != id || m["channel_id"] != General || m["guild_id"] != Acme {
		t.Errorf("MESSAGE_DELETE = %v", m)
	}
	a, b := s.Message(Said{Channel: General, Text: "a"}), s.Message(Said{Channel: General, Text: "b"})
	s.DeleteBulk(a, b)
	if m := k.event("MESSAGE_DELETE_BULK"); len(m["ids"].([]any)) != 2 {
		t.Errorf("MESSAGE_DELETE_BULK = %v", m)
	}
	c := s.Message(Said{Channel: General, Text: "c"})
	s.StartThread(Bob, c, "a thread")
	k.event("THREAD_CREATE")
	inside := s.Message(Said{Channel: General, Thread: c, User: Bob, Text: "inside"})
	for {
		m := k.event("MESSAGE_CREATE")
		if m["id"] == inside {
			if m["channel_id"] != c {
				t.Errorf("a message in a thread came as %v", m)
			}
			break
		}
		if integer(m["type"]) != 21 {
			t.Errorf("before it came %v", m)
		}
	}
	s.SetThread(c, true, true)
	if e := k.event("THREAD_UPDATE"); e["thread_metadata"].(obj)["locked"] != true {
		t.Errorf("THREAD_UPDATE = %v", e)
	}
	s.RemoveChannel(c)
	k.event("THREAD_DELETE")
	s.GuildOutage(Acme, true)
	if e := k.event("GUILD_DELETE"); e["unavailable"] != true {
		t.Errorf("an outage came as %v", e)
	}
	s.GuildOutage(Acme, false)
	k.event("GUILD_CREATE")
	s.Kick(Acme)
	if e := k.event("GUILD_DELETE"); e["unavailable"] != nil || e["id"] != Acme {
		t.Errorf("a removal came as %v", e)
	}
	s.Message(Said{Channel: General, Text: "unheard"})
	s.Invite(Acme)
	k.event("GUILD_CREATE")
	lost := s.MessageLater(Said{Channel: General, Text: "lost"})
	heard := s.Message(Said{Channel: General, Text: "heard"})
	if m := k.event("MESSAGE_CREATE"); m["id"] != heard {
		t.Errorf("after the invitation came %v", m)
	}
	s.Redeliver(lost)
	if m := k.event("MESSAGE_CREATE"); m["id"] != lost {
		t.Errorf("redelivered came %v", m)
	}
	quiet(t, s)
}

func TestHeartbeatIsExpected(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{Heartbeat: 10 * time.Millisecond})
	k, _ := connect(t, s, allIntents)
	start := time.Now()
	if code := k.closed(); code == 1000 || time.Since(start) > 5*time.Second {
		t.Errorf("a client without heartbeats was closed with %d after %v", code, time.Since(start))
	}
	s.WaitFor(t, within, "its session is gone with it", func() bool { return !s.Sessions()[0].Connected })
}

// TestOutage checks what a client is told that connects during an outage.
func TestOutage(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	s.GuildOutage(Acme, true)
	k, _ := connect(t, s, allIntents)
	if e := k.event("GUILD_DELETE"); e["id"] != Acme || e["unavailable"] != true {
		t.Errorf("GUILD_DELETE = %v", e)
	}
	s.GuildOutage(Acme, false)
	k.event("GUILD_CREATE")
}

func TestLateGuilds(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{LateGuilds: true})
	s.GuildOutage(Acme, true)
	k, ready := connect(t, s, allIntents)
	if got := list(ready["guilds"]); len(got) != 1 || got[0]["id"] != Acme || got[0]["unavailable"] != true {
		t.Errorf("guilds of READY = %v", got)
	}
	s.Direct(Alice, "before the guilds")
	if m := k.event("MESSAGE_CREATE"); m["content"] != "before the guilds" {
		t.Errorf("heard %v", m)
	}
	for _, e := range k.got {
		if e.T == "GUILD_CREATE" {
			t.Error("GUILD_CREATE came early")
		}
	}
	s.SendGuilds()
	k.event("GUILD_CREATE")
}

// TestResumedElsewhere checks that a session has one connection at a time.
func TestResumedElsewhere(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	old, ready := connect(t, s, allIntents)
	old.event("GUILD_CREATE")
	k := dial(t, s, "/resume/")
	k.send(6, obj{"token": s.Token(), "session_id": ready["session_id"], "seq": old.seq})
	k.event("RESUMED")
	if code := old.closed(); code == 1000 {
		t.Errorf("the connection before was closed with %d", code)
	}
	s.Message(Said{Channel: General, Text: "t"})
	k.event("MESSAGE_CREATE")
	if !s.Ready() || len(s.Sessions()) != 1 {
		t.Errorf("sessions = %+v", s.Sessions())
	}
}

// TestChangesOfAGuild checks what a client is told of channels, roles and members.
func TestChangesOfAGuild(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{NoMembers: true})
	k, _ := connect(t, s, allIntents)
	k.event("GUILD_CREATE")
	const id = "1100000000000000320"
	s.AddChannel(Channel{ID: id, Guild: Acme, Name: "new"})
	if e := k.event("CHANNEL_CREATE"); e["id"] != id || e["name"] != "new" {
		t.Errorf("CHANNEL_CREATE = %v", e)
	}
	s.AddChannel(Channel{ID: id, Guild: Acme, Name: "newer"})
	if e := k.event("CHANNEL_UPDATE"); e["name"] != "newer" {
		t.Errorf("CHANNEL_UPDATE = %v", e)
	}
	m := s.Message(Said{Channel: id, Text: "t"})
	s.RemoveChannel(id)
	if e := k.event("CHANNEL_DELETE"); e["id"] != id {
		t.Errorf("CHANNEL_DELETE = %v", e)
	}
	if got, _ := s.MessageByID(m); !got.Deleted {
		t.Error("a message outlives its channel")
	}
	s.AddRole(Role{ID: Acme, Guild: Acme, Name: "@everyone"})
	if e := k.event("GUILD_ROLE_UPDATE"); e["role"].(obj)["permissions"] != "0" {
		t.Errorf("GUILD_ROLE_UPDATE = %v", e)
	}
	s.AddMember(Member{Guild: Acme, User: Bob, Nick: "b"}) // not told: there is no intent
	s.AddMember(Member{Guild: Acme, User: Bot, Roles: []string{BotRole, Admins}})
	if e := k.event("GUILD_MEMBER_UPDATE"); e["user"].(obj)["id"] != Bot || len(e["roles"].([]any)) != 2 {
		t.Errorf("GUILD_MEMBER_UPDATE = %v", e)
	}
	if got := must(t, s, "GET", "/guilds/"+Acme+"/members/"+Bob, nil); got.obj["nick"] != "b" {
		t.Errorf("member = %s", got.raw)
	}
	wantCode(t, rest(t, s, "GET", "/guilds/"+Acme+"/members/1", nil), 404, 10013)
	for path, n := range map[string]int{"channels": 9, "roles": 3} {
		if got := must(t, s, "GET", "/guilds/"+Acme+"/"+path, nil); len(got.list) != n {
			t.Errorf("%s = %s, want %d", path, got.raw, n)
		}
	}
	k2 := dial(t, s, "/gateway/")
	k2.send(2, identity(s, intentMembers, nil))
	if got := k2.closed(); got != 4014 {
		t.Errorf("without the privilege: closed with %d, want 4014", got)
	}
}
