package discord

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"

	"authfix/bot"
)

func TestCommandSet(t *testing.T) {
	if err := checkCommands(testCommands); err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(commandSet(testCommands[:2], true), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	const want = `[
 {
  "type": 1,
  "name": "authfix",
  "description": "Say what an integration's auth error means: cause, query, fix",
  "options": [
   {
    "type": 1,
    "name": "diagnose",
    "description": "say what an error means",
    "options": [
     {
      "type": 3,
      "name": "text",
      "description": "the error",
      "max_length": 6000
     },
     {
      "type": 11,
      "name": "file",
      "description": "a file"
     }
    ]
   },
   {
    "type": 1,
    "name": "show",
    "description": "show one",
    "options": [
     {
      "type": 3,
      "name": "id",
      "description": "its id",
      "autocomplete": true,
      "max_length": 6000
     }
    ]
   }
  ],
  "default_member_permissions": null,
  "contexts": [
   0,
   1,
   2
  ],
  "integration_types": [
   0,
   1
  ]
 },
 {
  "type": 3,
  "name": "Diagnose this",
  "description": "",
  "default_member_permissions": null,
  "contexts": [
   0,
   1,
   2
  ],
  "integration_types": [
   0,
   1
  ]
 }
]`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("commands (-want +got):\n%s", diff)
	}
	for _, c := range commandSet(testCommands, false) {
		if c.Contexts != nil || c.Integrations != nil {
			t.Errorf("the command %s of a guild has contexts", c.Name)
		}
	}
}

// TestCommandsElsewhere has discordgo read the set.
func TestCommandsElsewhere(t *testing.T) {
	data, err := json.Marshal(commandSet(testCommands, true))
	if err != nil {
		t.Fatal(err)
	}
	var got []*discordgo.ApplicationCommand
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&got); err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Type != discordgo.ChatApplicationCommand || got[1].Type != discordgo.MessageApplicationCommand || got[1].Name != messageCommandName {
		t.Fatalf("discordgo reads %s", data)
	}
	if !slices.Equal(*got[0].Contexts, []discordgo.InteractionContextType{discordgo.InteractionContextGuild, discordgo.InteractionContextBotDM, discordgo.InteractionContextPrivateChannel}) ||
		!slices.Equal(*got[0].IntegrationTypes, []discordgo.ApplicationIntegrationType{discordgo.ApplicationIntegrationGuildInstall, discordgo.ApplicationIntegrationUserInstall}) ||
		got[0].DefaultMemberPermissions != nil {
		t.Errorf("discordgo reads contexts %v, integrations %v, permissions %v", *got[0].Contexts, *got[0].IntegrationTypes, got[0].DefaultMemberPermissions)
	}
	triage := got[0].Options[2]
	want := []discordgo.ApplicationCommandOptionType{discordgo.ApplicationCommandOptionString, discordgo.ApplicationCommandOptionString, discordgo.ApplicationCommandOptionUser, discordgo.ApplicationCommandOptionChannel}
	for i, o := range triage.Options {
		if o.Type != want[i] || o.Required != (i == 0) || o.Autocomplete != (i == 1) || (len(o.Choices) == 3) != (i == 0) {
			t.Errorf("discordgo reads option %d of triage as %+v", i, o)
		}
	}
	if triage.Type != discordgo.ApplicationCommandOptionSubCommand || got[0].Options[0].Options[1].Type != discordgo.ApplicationCommandOptionAttachment {
		t.Errorf("discordgo reads triage as %v", triage.Type)
	}
}

func TestCheckCommands(t *testing.T) {
	option := func(o bot.Option) []bot.Command {
		return []bot.Command{{Name: "a", Summary: "b", Options: []bot.Option{o}}}
	}
	many := make([]string, 26)
	for i := range many {
		many[i] = itoa(i)
	}
	for name, all := range map[string][]bot.Command{
		"none":             nil,
		"too many":         slices.Repeat([]bot.Command{{Name: "a", Summary: "b"}}, 26),
		"capitals":         {{Name: "Help", Summary: "b"}},
		"no name":          {{Summary: "b"}},
		"a long name":      {{Name: strings.Repeat("a", 33), Summary: "b"}},
		"no summary":       {{Name: "a"}},
		"a long summary":   {{Name: "a", Summary: strings.Repeat("b", 101)}},
		"an option":        option(bot.Option{Name: "x y", Summary: "b"}),
		"many choices":     option(bot.Option{Name: "x", Summary: "b", Choices: many}),
		"an empty choice":  option(bot.Option{Name: "x", Summary: "b", Choices: []string{""}}),
		"a long choice":    option(bot.Option{Name: "x", Summary: "b", Choices: []string{strings.Repeat("x", 101)}}),
		"an option twice":  {{Name: "a", Summary: "b", Options: []bot.Option{{Name: "x", Summary: "b"}, {Name: "x", Summary: "b"}}}},
		"too many options": {{Name: "a", Summary: "b", Options: slices.Repeat([]bot.Option{{Name: "x", Summary: "b"}}, 26)}},
		"too much":         slices.Repeat([]bot.Command{{Name: "a", Summary: "b", Options: []bot.Option{{Name: "x", Summary: "b", Choices: slices.Repeat([]string{strings.Repeat("x", 50)}, 25)}}}}, 4),
	} {
		if err := checkCommands(all); err == nil {
			t.Errorf("%s: nothing is wrong", name)
		}
	}
}

// oldApplication is the id of an application that is not that of its bot.
const oldApplication = "1000000000000000001"

// A registry is Discord's, of commands.
type registry struct {
	mu     sync.Mutex
	set    []map[string]any
	gets   int
	puts   int
	status int // with which PUT is refused; 0: it is not
	fails  int // how often PUT is; 0: always
	path   string
}

func (r *registry) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	switch {
	case strings.HasSuffix(q.URL.Path, "/applications/@me"):
		_, _ = io.WriteString(w, `{"id":"`+oldApplication+`"}`)
		return
	case !strings.HasSuffix(q.URL.Path, "/commands"):
		w.WriteHeader(http.StatusNotFound)
		return
	case q.Method == http.MethodGet:
		r.path, r.gets = q.URL.Path, r.gets+1
	case q.Method == http.MethodPut:
		r.path, r.puts = q.URL.Path, r.puts+1
		if r.status != 0 && (r.fails == 0 || r.puts <= r.fails) {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(r.status)
			_, _ = io.WriteString(w, `{"code":50035,"message":"Invalid Form Body","retry_after":0.01}`)
			return
		}
		r.set = nil
		_ = json.NewDecoder(q.Body).Decode(&r.set)
		slices.Reverse(r.set)
		for i, c := range r.set { // what Discord adds
			c["id"], c["version"], c["application_id"], c["nsfw"], c["dm_permission"], c["name_localizations"] = itoa(900+i), "1", testApplication, false, true, nil
			if _, ok := c["contexts"]; !ok {
				c["contexts"], c["integration_types"] = nil, []int{0}
			}
		}
	}
	_ = json.NewEncoder(w).Encode(r.set)
}

// claimsOf keeps claims in memory.
type claimsOf struct {
	mu    sync.Mutex
	held  map[string]bool
	state map[string][]byte
}

func (c *claimsOf) Claim(_ context.Context, name string, _ time.Time) ([]byte, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held[name] {
		return nil, false, nil
	}
	c.held[name] = true
	return c.state[name], true, nil
}

func (c *claimsOf) Keep(context.Context, string, []byte, time.Time) error { return nil }

func (c *claimsOf) Release(_ context.Context, name string, state []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held[name], c.state[name] = false, state
	return nil
}

// registering is a platform that registers at r.
func registering(t *testing.T, r *registry, d Deps, guild string) *Platform {
	t.Helper()
	api := httptest.NewServer(r)
	t.Cleanup(api.Close)
	p, err := New(Config{API: api.URL + "/", Guild: guild, Token: base64.RawURLEncoding.EncodeToString([]byte(testApplication)) + ".abcdef.0123456789"}, d)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRegister(t *testing.T) {
	claims := &claimsOf{held: map[string]bool{}, state: map[string][]byte{}}
	r := &registry{}
	counts := func(what string, gets, puts int) {
		t.Helper()
		if r.gets != gets || r.puts != puts {
			t.Errorf("%s: asked %d times and registered %d times, want %d and %d", what, r.gets, r.puts, gets, puts)
		}
	}
	register := func(d Deps) {
		t.Helper()
		if err := registering(t, r, d, "").registerCommands(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	known := Deps{Commands: testCommands, Claims: claims}
	register(known)
	counts("at first", 1, 1)
	register(known)
	counts("again", 1, 1) // its hash is known
	register(Deps{Commands: testCommands})
	counts("by a process that remembers nothing", 2, 1)
	claims.state[commandsClaim] = []byte("what is it?")
	register(known)
	counts("when what was noted cannot be read", 3, 1)
	register(Deps{Commands: testCommands[:2], Claims: claims})
	counts("when it has changed", 4, 2)
	register(known)
	counts("when it has changed back", 5, 3)

	claims.held[commandsClaim] = true
	if err := registering(t, r, known, "").registerCommands(t.Context()); !errors.Is(err, ErrClaimLost) {
		t.Errorf("while another registers: %v, want %v", err, ErrClaimLost)
	}
	counts("while another registers", 5, 3)
}

func TestRegisterInGuild(t *testing.T) {
	r := &registry{}
	p := registering(t, r, Deps{Commands: testCommands}, testGuild)
	for range 2 {
		if err := p.registerCommands(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if want := "/api/v10/applications/" + oldApplication + "/guilds/" + testGuild + "/commands"; r.path != want || r.puts != 1 || r.gets != 2 {
		t.Errorf("registered %d times and asked %d times at %s, want once and twice at %s", r.puts, r.gets, r.path, want)
	}
}

// TestRegisterRefused gives up what Discord refuses for good, and does not note it
// as registered.
func TestRegisterRefused(t *testing.T) {
	claims := &claimsOf{held: map[string]bool{}, state: map[string][]byte{}}
	r := &registry{status: http.StatusBadRequest}
	p := registering(t, r, Deps{Commands: testCommands, Claims: claims}, "")
	p.keepCommands(t.Context())
	if r.puts != 1 || len(claims.state[commandsClaim]) != 0 || claims.held[commandsClaim] {
		t.Errorf("registered %d times, noted %q, claimed %t", r.puts, claims.state[commandsClaim], claims.held[commandsClaim])
	}
	r.status = 0
	p.keepCommands(t.Context())
	if r.puts != 2 || len(claims.state[commandsClaim]) == 0 {
		t.Errorf("registered %d times, noted %q", r.puts, claims.state[commandsClaim])
	}
}

// TestRegisterAgain tries again when Discord fails or asks to wait.
func TestRegisterAgain(t *testing.T) {
	for _, status := range []int{http.StatusBadGateway, http.StatusTooManyRequests} {
		r := &registry{status: status, fails: 2}
		registering(t, r, Deps{Commands: testCommands}, "").keepRegistered(t.Context(), time.Millisecond)
		if r.puts != 3 || len(r.set) != 2 {
			t.Errorf("%d: registered %d times, and %d commands are there", status, r.puts, len(r.set))
		}
	}
}

// TestRegisterNothing has no set of no commands take the place of what is there.
func TestRegisterNothing(t *testing.T) {
	r := &registry{}
	registering(t, r, Deps{}, "").keepCommands(t.Context())
	registering(t, r, Deps{Commands: []bot.Command{{Name: "No", Summary: "b"}}}, "").keepCommands(t.Context())
	if r.gets != 0 || r.puts != 0 {
		t.Errorf("asked %d times and registered %d times", r.gets, r.puts)
	}
}
