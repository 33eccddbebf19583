package discordtest

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestOtherRoutes(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{NoMessageContent: true})
	for _, path := range []string{"/applications/@me", "/oauth2/applications/@me"} {
		if a := must(t, s, "GET", path, nil).obj; a["id"] != App || a["verify_key"] != s.PublicKey() || integer(a["flags"])&(1<<19) != 0 || integer(a["flags"])&(1<<15) == 0 {
			t.Errorf("%s = %v", path, a)
		}
	}
	if a := must(t, s, "GET", "/users/"+Alice, nil); a.obj["global_name"] != "Alice" {
		t.Errorf("user = %s", a.raw)
	}
	wantCode(t, rest(t, s, "GET", "/users/1", nil), 404, 10013)
	wantCode(t, rest(t, s, "POST", "/users/@me/channels", obj{"recipient_id": "1"}), 400, 10013)
	wantCode(t, rest(t, s, "POST", "/users/@me/channels", obj{"recipient_id": Bot}), 403, 50007)
	must(t, s, "POST", "/channels/"+General+"/typing", nil)
	must(t, s, "POST", "/channels/"+s.DM(Alice)+"/typing", nil)
	wantCode(t, rest(t, s, "POST", "/channels/"+ReadOnly+"/typing", nil), 403, 50013)

	m := post(t, s, General, "mine")
	reaction := "/channels/" + General + "/messages/" + m.id() + "/reactions/%E2%9C%85/@me"
	must(t, s, "PUT", reaction, nil)
	must(t, s, "PUT", reaction, nil)
	if got, _ := s.MessageByID(m.id()); len(got.Reactions) != 1 {
		t.Errorf("reactions = %v, want one", got.Reactions)
	}
	must(t, s, "DELETE", reaction, nil)
	if got, _ := s.MessageByID(m.id()); len(got.Reactions) != 0 {
		t.Errorf("reactions = %v, want none", got.Reactions)
	}
	wantCode(t, rest(t, s, "PUT", "/channels/"+General+"/messages/"+m.id()+"/reactions/check/@me", nil), 400, 10014)

	th := must(t, s, "POST", "/channels/"+General+"/threads", obj{"name": "n", "type": 11})
	if c, _ := s.Channel(th.id()); c.Kind != PublicThread || c.Creator != Bot || c.Parent != General || c.AutoArchive != 4320 {
		t.Errorf("thread = %+v", c)
	}
	wantCode(t, rest(t, s, "POST", "/channels/"+General+"/threads", obj{"name": "n", "type": 3}), 400, 50035)
	wantCode(t, rest(t, s, "POST", "/channels/"+General+"/threads", obj{"name": "n", "type": 11, "auto_archive_duration": 5}), 400, 50035)
	wantCode(t, rest(t, s, "POST", "/channels/"+Voice+"/threads", obj{"name": "n"}), 400, 50024)
	s.Deny(General, Bot, CreatePublicThreads)
	wantCode(t, rest(t, s, "POST", "/channels/"+General+"/threads", obj{"name": "n", "type": 11}), 403, 50013)
	wantCode(t, rest(t, s, "PATCH", "/channels/"+General, obj{"name": "n"}), 403, 50013)

	if got := must(t, s, "GET", "/users/@me/guilds", nil); len(got.list) != 1 {
		t.Errorf("guilds = %s", got.raw)
	}
	must(t, s, "DELETE", "/users/@me/guilds/"+Acme, nil)
	if got := must(t, s, "GET", "/users/@me/guilds", nil); len(got.list) != 0 {
		t.Errorf("guilds after it left = %s", got.raw)
	}
	quiet(t, s)
}

func TestBodies(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	send := func(kind, body string) answer {
		q, err := http.NewRequest("POST", s.API()+"api/v10/channels/"+General+"/messages", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		q.Header.Set("User-Agent", userAgent)
		q.Header.Set("Authorization", "Bot "+s.Token())
		if kind != "" {
			q.Header.Set("Content-Type", kind)
		}
		return do(t, q)
	}
	wantCode(t, send("application/json", "{"), 400, 50109)
	wantCode(t, send("application/json", "5"), 400, 50035)
	wantCode(t, send("text/plain", "{}"), 400, 50035)
	wantCode(t, send("", "{}"), 400, 50035)
	wantCode(t, send("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nv\r\n--x--\r\n"), 400, 50035)
	wantCode(t, send("multipart/form-data; boundary=x", "nothing"), 400, 50035)
	if s.Posted() != 0 {
		t.Error("something was posted")
	}
}

func TestEditsOfADeferredAnswer(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{Now: time.Now})
	a := startApp(t, s, func(map[string]any) any { return obj{"type": answerDefer} })
	r := s.Command(Alice, General, "authfix", nil)
	hook := "/webhooks/" + App + "/" + text((<-a.heard)["token"]) + "/messages/"
	if got, _ := s.MessageByID(r.Message); !got.Loading || got.Flags&flagLoading == 0 || got.Ephemeral {
		t.Fatalf("deferred = %+v", got)
	}
	wantCode(t, rest(t, s, "PATCH", hook+"@original", quietly(obj{})), 400, 50006)
	must(t, s, "PATCH", hook+"@original", quietly(obj{"content": "done"}))
	if got := s.Answers(General, ""); len(got) != 1 || got[0].Text != "done" || got[0].Loading || len(got[0].Edits) != 0 {
		t.Errorf("answers = %+v", got)
	}
	must(t, s, "DELETE", hook+"@original", nil)
	wantCode(t, rest(t, s, "PATCH", hook+"@original", quietly(obj{"content": "x"})), 404, 10008)
	wantCode(t, rest(t, s, "GET", hook+"1", nil), 404, 10008)
	s.RemoveChannel(General)
	wantCode(t, rest(t, s, "GET", hook+"@original", nil), 404, 10003)
	if len(s.All()) != 1 {
		t.Errorf("all = %+v", s.All())
	}
	if d := time.Until(s.Now()); d > time.Second || d < -time.Second {
		t.Errorf("the clock is %v off", d)
	}
	quiet(t, s)
}
