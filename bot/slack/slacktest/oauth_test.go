package slacktest

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"
)

func exchange(t *testing.T, s *Server, args map[string]any) map[string]any {
	t.Helper()
	args["client_id"], args["client_secret"] = s.opts.ClientID, s.opts.ClientSecret
	return callWith(t, s, "", "oauth.v2.access", args)
}

func TestInstall(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{NoInstall: true, RedirectURLs: []string{"https://app.example/slack"}})
	wantError(t, callAPI(t, s, "auth.test", nil), "invalid_auth")
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	visit := func(redirect, more string) *http.Response {
		t.Helper()
		w, err := browser.Get(s.URL + "/oauth/v2/authorize?client_id=111.222&scope=chat:write,commands&state=st&redirect_uri=" + url.QueryEscape(redirect) + more)
		if err != nil {
			t.Fatal(err)
		}
		_ = w.Body.Close()
		return w
	}
	if w := visit("https://evil.example/slack", ""); w.StatusCode != http.StatusBadRequest {
		t.Errorf("a foreign redirect_uri: status %d", w.StatusCode)
	}
	denied, _ := url.Parse(visit("https://app.example/slack/cb", "&slacktest_deny=1").Header.Get("Location"))
	if denied.Query().Get("error") != "access_denied" || denied.Query().Get("state") != "st" {
		t.Errorf("denied = %v", denied)
	}
	to, err := url.Parse(visit("https://app.example/slack/cb", "").Header.Get("Location"))
	if err != nil || to.Host != "app.example" || to.Path != "/slack/cb" || to.Query().Get("state") != "st" {
		t.Fatalf("redirect = %v, %v", to, err)
	}
	code := to.Query().Get("code")
	wantError(t, exchange(t, s, obj{"code": code}), "bad_redirect_uri")
	wantError(t, callWith(t, s, "", "oauth.v2.access", obj{"client_id": "111.222", "client_secret": "no", "code": code}), "bad_client_secret")
	got := exchange(t, s, obj{"code": code, "redirect_uri": "https://app.example/slack/cb"})
	if got["ok"] != true || got["scope"] != "chat:write,commands" || got["is_enterprise_install"] != false || got["enterprise"] != nil ||
		got["team"].(map[string]any)["id"] != Acme || got["authed_user"].(map[string]any)["id"] != Owner || got["bot_user_id"] == "" || got["refresh_token"] != nil {
		t.Fatalf("oauth.v2.access = %v", got)
	}
	wantError(t, exchange(t, s, obj{"code": code, "redirect_uri": "https://app.example/slack/cb"}), "code_already_used")
	token := got["access_token"].(string)
	if who := callWith(t, s, token, "auth.test", nil); who["user_id"] != got["bot_user_id"] || who["bot_id"] == "" || who["scopes"] != "chat:write,commands" {
		t.Errorf("auth.test = %v", who)
	}
	missing := callWith(t, s, token, "users.info", obj{"user": Alice})
	wantError(t, missing, "missing_scope")
	if missing["needed"] != "users:read" || missing["provided"] != "chat:write,commands" {
		t.Errorf("missing_scope = %v", missing)
	}
	late := s.Code(Consent{})
	s.Advance(10 * time.Minute)
	wantError(t, exchange(t, s, obj{"code": late}), "code_expired")
	wantError(t, exchange(t, s, obj{"code": "nothing"}), "invalid_code")
}

func TestRotation(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{NoInstall: true, Rotation: true})
	first := exchange(t, s, obj{"code": s.Code(Consent{})})
	if first["expires_in"] != 43200.0 {
		t.Fatalf("expires_in = %v, want 43200", first["expires_in"])
	}
	refresh := func(token any) map[string]any {
		return exchange(t, s, obj{"grant_type": "refresh_token", "refresh_token": token})
	}
	works := func(got map[string]any, want string) {
		t.Helper()
		answer := callWith(t, s, got["access_token"].(string), "auth.test", nil)
		if e, _ := answer["error"].(string); e != want {
			t.Errorf("token answers %q, want %q", e, want)
		}
	}
	works(first, "")
	second := refresh(first["refresh_token"])
	works(first, "")
	works(second, "")
	third := refresh(first["refresh_token"]) // the answer was lost: within the grace it works again
	works(third, "")
	works(first, "token_revoked") // only two are active
	if n := len(s.ActiveTokens(Acme)); n != 2 {
		t.Errorf("%d active tokens, want 2", n)
	}
	s.Advance(time.Minute)
	wantError(t, refresh(first["refresh_token"]), "invalid_refresh_token")
	s.Advance(12 * time.Hour)
	works(third, "token_expired")
	fourth := refresh(third["refresh_token"])
	works(fourth, "")
	s.TokensRevoked(Acme)
	works(fourth, "token_revoked")
}

func TestMonthOfRotation(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := Start(t, Options{NoInstall: true, Rotation: true, Now: func() time.Time { return now }})
	got := exchange(t, s, obj{"code": s.Code(Consent{})})
	for range 30 * 24 / 10 {
		s.Advance(10 * time.Hour)
		got = exchange(t, s, obj{"grant_type": "refresh_token", "refresh_token": got["refresh_token"]})
		if got["ok"] != true {
			t.Fatalf("refresh: %v", got)
		}
		if n := len(s.ActiveTokens(Acme)); n == 0 || n > 2 {
			t.Fatalf("%d active tokens", n)
		}
	}
}

func TestEnterprise(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	a := startApp(t, s, nil)
	s.AddTeam(Team{ID: "T0GRID001", Name: "Grid 1", Domain: "grid1", Enterprise: "E0GRID001"})
	s.AddTeam(Team{ID: "T0GRID002", Name: "Grid 2", Domain: "grid2", Enterprise: "E0GRID001"})
	s.AddUser(User{ID: "U0GRID001", Team: "T0GRID002", Name: "gina"})
	got := exchange(t, s, obj{"code": s.Code(Consent{Enterprise: "E0GRID001", User: "U0GRID001"})})
	if got["team"] != nil || got["enterprise"].(map[string]any)["id"] != "E0GRID001" || got["is_enterprise_install"] != true {
		t.Fatalf("org install = %v", got)
	}
	token, bot := got["access_token"].(string), got["bot_user_id"].(string)
	s.AddChannel(Channel{ID: "C0GRID001", Team: "T0GRID002", Name: "grid", Members: []string{"U0GRID001", bot}})
	s.Mention(Said{Channel: "C0GRID001", User: "U0GRID001", Text: "help"})
	settled(t, s)
	e := a.events(t)[0]
	auth := e["authorizations"].([]any)[0].(map[string]any)
	if e["team_id"] != "T0GRID002" || auth["is_enterprise_install"] != true || auth["enterprise_id"] != "E0GRID001" || auth["user_id"] != bot {
		t.Errorf("envelope = %v", e)
	}
	wantError(t, callWith(t, s, token, "conversations.list", nil), "missing_argument")
	if list := callWith(t, s, token, "conversations.list", obj{"team_id": "T0GRID002"}); len(list["channels"].([]any)) != 1 {
		t.Errorf("conversations.list = %v", list)
	}
	wantError(t, callWith(t, s, token, "users.list", obj{"team_id": Acme}), "team_access_not_granted")
	// Acme's token sees nothing of it.
	wantError(t, callAPI(t, s, "conversations.info", obj{"channel": "C0GRID001"}), "channel_not_found")
}

func TestUninstall(t *testing.T) {
	t.Parallel()
	for _, backwards := range []bool{false, true} {
		s := Start(t, Options{})
		a := startApp(t, s, nil)
		release := s.Hold()
		s.Uninstall(Acme, backwards)
		release(false)
		settled(t, s)
		var kinds []any
		for _, e := range a.events(t) {
			kinds = append(kinds, e["event"].(map[string]any)["type"])
		}
		want := []any{"app_uninstalled", "tokens_revoked"}
		if backwards {
			slices.Reverse(want)
		}
		if !slices.Equal(kinds, want) {
			t.Errorf("events = %v, want %v", kinds, want)
		}
		wantError(t, callAPI(t, s, "auth.test", nil), "token_revoked")
	}
}

func TestConnect(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	a := startApp(t, s, nil)
	s.AddTeam(Team{ID: "T0OTHER01", Name: "Other", Domain: "other"})
	s.AddUser(User{ID: "U0OTHER01", Team: "T0OTHER01", Name: "olga"})
	s.AddChannel(Channel{ID: "C0SHARED1", Team: "T0OTHER01", Name: "shared", Connect: true, Members: []string{"U0OTHER01", Alice, Bot}})
	s.Message(Said{Channel: "C0SHARED1", User: "U0OTHER01", Text: "hello"})
	settled(t, s)
	e := a.events(t)[0]
	auth := e["authorizations"].([]any)[0].(map[string]any)
	if e["team_id"] != "T0OTHER01" || e["context_team_id"] != Acme || auth["team_id"] != Acme || e["is_ext_shared_channel"] != true {
		t.Errorf("envelope = %v", e)
	}
	got := must(t, s, "chat.postMessage", obj{"channel": "C0SHARED1", "text": "t", "blocks": arr{button(nil)}})
	must(t, s, "users.info", obj{"user": "U0OTHER01"})
	if r := s.Click("U0OTHER01", got["ts"].(string), "b"); !r.Acked {
		t.Errorf("a stranger's click: %+v", r)
	}
}
