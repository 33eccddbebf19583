package discordtest

import "testing"

func TestRegisteredCommands(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	everywhere, guild := "/applications/"+App+"/commands", "/applications/"+App+"/guilds/"+Acme+"/commands"
	first := must(t, s, "PUT", everywhere, arr{slash(obj{"name": "a"}), slash(obj{"name": "b"}), obj{"name": "Diagnose this", "type": 3}})
	id := first.list[0].(obj)["id"]
	must(t, s, "PUT", everywhere, arr{slash(obj{"name": "a", "description": "better"})})
	got := must(t, s, "GET", everywhere, nil).list
	if len(got) != 1 || got[0].(obj)["id"] != id || got[0].(obj)["description"] != "better" {
		t.Errorf("commands = %v, want the one left, of all types, with its id", got)
	}
	must(t, s, "PUT", guild, arr{slash(obj{"name": "g"})})
	if got := s.Commands(Acme); len(got) != 1 || got[0]["guild_id"] != Acme || len(s.Commands("")) != 1 {
		t.Errorf("the guild's commands = %v", got)
	}
	if r := s.Command(Alice, s.DM(Alice), "g", nil); r.Err == nil {
		t.Error("a guild's command was offered in a direct message")
	}
	wantCode(t, rest(t, s, "PUT", "/applications/1/commands", arr{}), 404, 10002)
	wantCode(t, rest(t, s, "PUT", everywhere, obj{}), 400, 50035)
	must(t, s, "PUT", everywhere, arr{})
	if got := s.Commands(""); len(got) != 0 {
		t.Errorf("commands = %v, want none", got)
	}
}
