package discordtest

import "testing"

func TestPermissionsOfMembers(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	s.AddRole(Role{ID: "1100000000000000110", Guild: Acme, Name: "helpers", Permissions: ManageMessages})
	s.AddMember(Member{Guild: Acme, User: Bob, Roles: []string{"1100000000000000110"}})
	s.AddChannel(Channel{ID: "1100000000000000310", Guild: Acme, Name: "x", Overwrites: []Overwrite{
		{ID: Acme, Deny: ViewChannel | SendMessages}, {ID: "1100000000000000110", Allow: ViewChannel}, {ID: Bob, Member: true, Allow: SendMessages, Deny: AddReactions}}})
	for _, c := range []struct {
		who, where string
		p          Permissions
		want       bool
	}{
		{Alice, General, SendMessages, true}, {Alice, General, ManageThreads, false}, {Owner, General, ManageGuild, true}, {Admin, Private, ViewChannel | ManageThreads, true},
		{Bob, General, ManageMessages, true}, {Alice, "1100000000000000310", ViewChannel, false}, {Bob, "1100000000000000310", ViewChannel | SendMessages, true},
		{Bob, "1100000000000000310", AddReactions, false}, {Bot, Outside, ViewChannel, false}, {Bot, General, DefaultPermissions, true}, {Bot, ReadOnly, SendMessages, false},
		{Bot, Private, SendMessages, true}, {Bot, General, ManageThreads, false}, {"1", General, ViewChannel, false},
	} {
		if got := s.Can(c.who, c.where).has(c.p); got != c.want {
			t.Errorf("%s may %v in %s: %v, want %v", c.who, c.p, c.where, got, c.want)
		}
	}
}

func TestPermissionsOfTheBot(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	send := func(channel string, body obj) answer {
		return rest(t, s, "POST", "/channels/"+channel+"/messages", quietly(body))
	}
	text := obj{"content": "c"}
	wantCode(t, send(Outside, text), 403, 50001)
	wantCode(t, rest(t, s, "GET", "/channels/"+Outside, nil), 403, 50001)
	wantCode(t, send(ReadOnly, text), 403, 50013)
	id := s.Message(Said{Channel: ReadOnly, Text: "t"})
	wantCode(t, rest(t, s, "POST", "/channels/"+ReadOnly+"/messages/"+id+"/threads", obj{"name": "n"}), 403, 50013)
	wantCode(t, rest(t, s, "PUT", "/channels/"+ReadOnly+"/messages/"+id+"/reactions/%F0%9F%91%80/@me", nil), 403, 50013)
	s.React(Bob, id, "👀")
	must(t, s, "PUT", "/channels/"+ReadOnly+"/messages/"+id+"/reactions/%F0%9F%91%80/@me", nil) // one that is there needs no permission

	s.Deny(General, Bot, EmbedLinks)
	wantCode(t, send(General, obj{"embeds": arr{obj{"title": "t"}}}), 403, 50013)
	must(t, s, "POST", "/channels/"+General+"/messages", quietly(obj{"content": "c"}))
	s.Deny(General, Bot, ReadMessageHistory)
	q := s.Message(Said{Channel: General, Text: "q"})
	wantCode(t, send(General, obj{"content": "c", "message_reference": obj{"message_id": q}}), 400, 160002)
	wantCode(t, rest(t, s, "GET", "/channels/"+General+"/messages/"+q, nil), 403, 50013)
	if got := must(t, s, "GET", "/channels/"+General+"/messages", nil); len(got.list) != 0 {
		t.Errorf("history without READ_MESSAGE_HISTORY = %s", got.raw)
	}
	s.Allow(General, Bot, EmbedLinks|ReadMessageHistory)
	must(t, s, "POST", "/channels/"+General+"/messages", quietly(obj{"embeds": arr{obj{"title": "t"}}}))
	s.Deny(General, Acme, SendMessages) // of @everyone: the bot's role does not stand above an overwrite
	wantCode(t, send(General, text), 403, 50013)
	quiet(t, s)
}

func TestThreads(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	q := s.Message(Said{Channel: General, Text: "q"})
	must(t, s, "POST", "/channels/"+General+"/messages/"+q+"/threads", obj{"name": "n", "auto_archive_duration": 1440})
	got := post(t, s, q, "answer")
	s.SetThread(q, true, false)
	wantCode(t, rest(t, s, "PATCH", "/channels/"+q+"/messages/"+got.id(), quietly(obj{"content": "x"})), 400, 50083)
	wantCode(t, rest(t, s, "PATCH", "/channels/"+q, obj{"name": "other"}), 400, 50083)
	post(t, s, q, "this wakes it")
	if c, _ := s.Channel(q); c.Archived {
		t.Error("a message did not take the thread out of the archive")
	}
	must(t, s, "PATCH", "/channels/"+q, obj{"name": "other"}) // its own thread
	must(t, s, "PATCH", "/channels/"+q, obj{"archived": true})
	wantCode(t, rest(t, s, "PATCH", "/channels/"+q, obj{"locked": true}), 403, 50013)
	s.SetThread(q, true, true)
	wantCode(t, rest(t, s, "POST", "/channels/"+q+"/messages", quietly(obj{"content": "x"})), 403, 160005)
	s.SetThread(q, false, false)
	s.Deny(General, Bot, SendInThreads)
	wantCode(t, rest(t, s, "POST", "/channels/"+q+"/messages", quietly(obj{"content": "x"})), 403, 50013)
	s.Allow(General, Bot, SendInThreads)
	s.Deny(General, Bot, SendMessages) // has no effect in threads
	post(t, s, q, "x")
	gone := s.Message(Said{Channel: General, Text: "gone"})
	s.Delete(gone)
	wantCode(t, rest(t, s, "POST", "/channels/"+General+"/messages/"+gone+"/threads", obj{"name": "n"}), 404, 10008)
	private := s.StartThreadAlone(Alice, General, "private", true)
	wantCode(t, rest(t, s, "GET", "/channels/"+private, nil), 403, 50001)
	s.RemoveChannel(q)
	wantCode(t, rest(t, s, "POST", "/channels/"+q+"/messages", quietly(obj{"content": "x"})), 404, 10003)

	s.AddChannel(Channel{ID: "1100000000000000311", Guild: Acme, Name: "f", Kind: ForumChannel, RequireTag: true, Tags: []Tag{{ID: "1", Name: "t"}, {ID: "2", Name: "m", Moderated: true}}})
	body := obj{"name": "n", "message": quietly(obj{"content": "c"})}
	wantCode(t, rest(t, s, "POST", "/channels/1100000000000000311/threads", body), 400, 40067)
	body["applied_tags"] = arr{"2"}
	wantCode(t, rest(t, s, "POST", "/channels/1100000000000000311/threads", body), 403, 50013)
	body["applied_tags"] = arr{"1"}
	p := must(t, s, "POST", "/channels/1100000000000000311/threads", body)
	if m, ok := s.MessageByID(p.id()); !ok || m.Channel != p.id() || m.Text != "c" {
		t.Errorf("the post's first message = %+v, want the thread's id", m)
	}
	quiet(t, s)
}

// TestUnseenIsNotHeard checks that only what the bot may view is delivered.
func TestUnseenIsNotHeard(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	k, _ := connect(t, s, allIntents)
	k.event("GUILD_CREATE")
	s.Message(Said{Channel: Outside, Text: "unseen"})
	private := s.StartThreadAlone(Alice, General, "private", true)
	s.Message(Said{Channel: General, Thread: private, Text: "unseen"})
	s.Message(Said{Channel: Private, Text: "seen"})
	if m := k.event("MESSAGE_CREATE"); m["content"] != "seen" {
		t.Errorf("heard %v", m)
	}
	s.Allow(Outside, Bot, ViewChannel)
	k.event("CHANNEL_UPDATE")
	s.Message(Said{Channel: Outside, Text: "seen too"})
	if m := k.event("MESSAGE_CREATE"); m["content"] != "seen too" {
		t.Errorf("heard %v", m)
	}
	k2, _ := connectLater(t, s, intentGuilds|intentDirects)
	s.Message(Said{Channel: General, Text: "not subscribed"})
	s.Direct(Bob, "subscribed")
	if m := k2.event("MESSAGE_CREATE"); m["content"] != "subscribed" {
		t.Errorf("without GUILD_MESSAGES was heard %v", m)
	}
}

// TestAccessIsGained checks that the threads of a channel come with the access to
// it.
func TestAccessIsGained(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	k, _ := connect(t, s, allIntents)
	q := s.Message(Said{Channel: Outside, Text: "q"})
	s.StartThread(Alice, q, "a thread")
	s.Allow(Outside, Bot, ViewChannel)
	if e := k.event("THREAD_LIST_SYNC"); len(list(e["threads"])) != 1 || list(e["threads"])[0]["id"] != q {
		t.Errorf("THREAD_LIST_SYNC = %v", e)
	}
}

func TestThreadMembersAndArchive(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	k, _ := connect(t, s, allIntents)
	q := s.Message(Said{Channel: General, Text: "q"})
	s.StartThread(Alice, q, "a thread")
	k.event("THREAD_CREATE")
	must(t, s, "PUT", "/channels/"+q+"/thread-members/@me", nil)
	if e := k.event("THREAD_CREATE"); e["id"] != q || e["newly_created"] != nil || e["member"] == nil {
		t.Errorf("joined, and was told of %v", e)
	}
	must(t, s, "DELETE", "/channels/"+q+"/thread-members/@me", nil)
	if c, _ := s.Channel(q); c.joined(Bot) {
		t.Error("left, and is still a member")
	}
	wantCode(t, rest(t, s, "PATCH", "/channels/"+q, obj{"name": "not its own"}), 403, 50013)
	s.SetThread(q, true, false)
	wantCode(t, rest(t, s, "PUT", "/channels/"+q+"/thread-members/@me", nil), 400, 50083)
	wantCode(t, rest(t, s, "PUT", "/channels/"+General+"/thread-members/@me", nil), 400, 50024)
	if got := must(t, s, "GET", "/channels/"+General+"/threads/archived/public", nil); len(list(got.obj["threads"])) != 1 {
		t.Errorf("archived threads = %s", got.raw)
	}
	wantCode(t, rest(t, s, "GET", "/channels/"+General+"/threads/archived/private", nil), 403, 50013)
	must(t, s, "PATCH", "/channels/"+q, obj{"archived": false}) // who may write may open it
	if c, _ := s.Channel(q); c.Archived {
		t.Error("opened, and is still in the archive")
	}
	if got := s.Threads(General); len(got) != 1 || got[0].ID != q {
		t.Errorf("threads = %+v", got)
	}
	quiet(t, s)
}
