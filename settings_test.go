package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authfix/bot/discord"
	"authfix/bot/slack"
	"authfix/storage"
)

// env is an environment for readSettings.
type env map[string]string

func (e env) get(name string) string { return e[name] }

func (e env) list() []string {
	var all []string
	for k, v := range e {
		all = append(all, k+"="+v)
	}
	return all
}

func TestDefaults(t *testing.T) {
	c, _, err := readSettings(env{}.get, nil, everything)
	if err != nil {
		t.Fatal(err)
	}
	const day = 24 * time.Hour
	want := config{
		Database: database{engine: "sqlite", path: "authfix.db"}, Listen: "127.0.0.1:8080", LogLevel: slog.LevelInfo, LogFormat: "text",
		Keep:       storage.Retention{Deliveries: 7 * day, Excerpts: 30 * day, Cases: 400 * day, Unknown: 90 * day, Sightings: 400 * day, Audits: 400 * day, Removed: 30 * day},
		StopWithin: 20 * time.Second, PersonRate: 20, ChannelRate: 30, Senders: 32, Workers: 4,
		Slack: slack.Config{API: "https://slack.com/api/"}, Discord: discord.Config{API: "https://discord.com/", Rate: 50},
	}
	if diff := cmp.Diff(want, c, cmp.AllowUnexported(database{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestEveryMistake sets everything wrong: each is named, with what to write.
func TestEveryMistake(t *testing.T) {
	e := env{
		"DATABASE_URL": "mysql://root:hunter2@db/x", "AUTHFIX_LISTEN": "8080", "AUTHFIX_PUBLIC_URL": "authfix.example.com",
		"AUTHFIX_SECRET_KEY": "k1:tooshort", "AUTHFIX_TRIAGE_CHANNELS": "slack:C1,#general", "AUTHFIX_ADMINS": "anna", "LOG_LEVEL": "loud", "LOG_FORMAT": "xml",
		"AUTHFIX_KEEP_DELIVERIES": "1h", "AUTHFIX_KEEP_EXCERPTS": "30 days", "AUTHFIX_KEEP_CASES": "-1d", "AUTHFIX_KEEP_UNCATEGORISED": "soon", "AUTHFIX_KEEP_SIGHTINGS": "1d",
		"AUTHFIX_KEEP_AUDIT": "999999d", "AUTHFIX_KEEP_DOCUMENTS": "1s", "AUTHFIX_PERSON_RATE": "0", "AUTHFIX_CHANNEL_RATE": "many", "AUTHFIX_SENDERS": "1000", "AUTHFIX_WORKERS": "-1",
		"SLACK_BOT_TOKEN": "xapp-hunter2", "SLACK_APP_TOKEN": "xoxb-hunter2", "SLACK_SIGNING_SECRET": "hunter2", "SLACK_CLIENT_ID": "hunter2", "SLACK_CLIENT_SECRET": "hunter2",
		"SLACK_API_URL": "http://slack.example.com/hunter2", "DISCORD_API_URL": "http://discord.example.com/hunter2",
		"DISCORD_TOKEN": "hunter2", "DISCORD_PUBLIC_KEY": "hunter2", "DISCORD_GUILD": "acme", "DISCORD_SHARDS": "-1", "DISCORD_RATE": "0", "DISCORD_FORUM_TAGS": "done=Done", "DISCORD_MESSAGE_CONTENT": "yes",
		"AUTHFIX_STOP_WITHIN": "1h", "AUTHFIX_PERSN_RATE": "3", "AUTHFIX_LISTEN_FLIE": "x",
	}
	_, _, err := readSettings(e.get, e.list(), everything)
	if err == nil {
		t.Fatal("no complaint")
	}
	lines := strings.Split(err.Error(), "\n")
	if lines[0] != "configuration:" || !slices.IsSorted(lines[1:]) {
		t.Errorf("the complaints are\n%s", err)
	}
	for _, want := range []string{
		"DATABASE_URL: it begins neither with sqlite: nor with postgres://: write sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME",
		`AUTHFIX_LISTEN: "8080" is no host:port: write 127.0.0.1:8080`,
		"AUTHFIX_PUBLIC_URL: this is no address of a site: write https://",
		"AUTHFIX_SECRET_KEY: key 1 of the ring: k1",
		`AUTHFIX_TRIAGE_CHANNELS: "#general" names no channel: write it as platform:id`,
		`AUTHFIX_ADMINS: "anna" names no person`,
		`LOG_LEVEL: "loud" is no level: write debug, info, warn or error`,
		`LOG_FORMAT: "xml" is no format: write text or json`,
		`AUTHFIX_KEEP_DELIVERIES: "1h" is too short: write 2d or more, or 0`,
		`AUTHFIX_KEEP_EXCERPTS: "30 days" is no duration: write such as 90m, 12h or 30d`,
		"AUTHFIX_KEEP_CASES:", "AUTHFIX_KEEP_UNCATEGORISED:", "AUTHFIX_KEEP_SIGHTINGS:", "AUTHFIX_KEEP_AUDIT:", "AUTHFIX_KEEP_DOCUMENTS:",
		`AUTHFIX_PERSON_RATE: "0" is no whole number from 1 to 10000`, "AUTHFIX_CHANNEL_RATE:", "AUTHFIX_SENDERS:", "AUTHFIX_WORKERS:",
		"SLACK_BOT_TOKEN: this is no bot token: it begins with xoxb-",
		"SLACK_APP_TOKEN: this is no app-level token: it begins with xapp-",
		"SLACK_SIGNING_SECRET: this is no signing secret", "SLACK_CLIENT_ID: this is no client id", "SLACK_CLIENT_SECRET: this is no client secret",
		"SLACK_API_URL: this is no address of an API: write https://slack.com/api/",
		"DISCORD_TOKEN: this is no bot token", "DISCORD_PUBLIC_KEY: this is no public key", "DISCORD_API_URL: this is no address of an API: write https://discord.com/",
		"DISCORD_GUILD: this is no id of a server", "DISCORD_SHARDS: this is no whole number from 0 to 1000", "DISCORD_RATE: this is no whole number from 1 to 10000", "DISCORD_MESSAGE_CONTENT: this is neither on nor off",
		"DISCORD_FORUM_TAGS: these are no tags: write such as answered=Answered,",
		`AUTHFIX_STOP_WITHIN: "1h" is not within 1s and 10m`,
		"AUTHFIX_PERSN_RATE: unknown setting; did you mean AUTHFIX_PERSON_RATE?",
		"AUTHFIX_LISTEN_FLIE: unknown setting; authfix config --docs lists those there are",
	} {
		if !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, want) }) {
			t.Errorf("no complaint begins with %q:\n%s", want, err)
		}
	}
	if len(lines) != 1+len(e) {
		t.Errorf("%d complaints, want %d", len(lines)-1, len(e))
	}
	if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "tooshort") {
		t.Errorf("a complaint shows a secret:\n%s", err)
	}
}

func TestDatabaseURL(t *testing.T) {
	for _, c := range []struct{ url, shown, complaint string }{
		{"sqlite:authfix.db", "sqlite:authfix.db", ""},
		{"sqlite:/var/lib/authfix/desk.db", "sqlite:/var/lib/authfix/desk.db", ""},
		{"sqlite:///var/lib/desk.db", "", "write sqlite:/var/lib/desk.db"},
		{"sqlite:", "", "wants the path of a file"},
		{"sqlite::memory:", "", "wants the path of a file"},
		{"sqlite:a.db?mode=ro", "", "without parameters"},
		{"postgres://anna:hunter2@db.example.com/authfix", "postgres://anna:xxxxx@db.example.com/authfix", ""},
		{"postgresql://db/authfix?password=hunter2&sslmode=require", "postgresql://db/authfix?password=xxxxx&sslmode=require", ""},
		{"postgres://anna@/authfix?host=/run/postgresql", "postgres://anna@/authfix?host=/run/postgresql", ""},
		{"postgres://anna:hunter2@db:port/x", "", "no address of a database"},
		{"postgres:authfix", "", "no address of a database"},
		{"host=db password=hunter2", "", "begins neither"},
	} {
		got, _, err := readSettings(env{"DATABASE_URL": c.url}.get, nil, everything)
		switch {
		case c.complaint != "":
			if err == nil || !strings.Contains(err.Error(), c.complaint) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%s: %v, want %q", c.url, err, c.complaint)
			}
		case err != nil:
			t.Errorf("%s: %v", c.url, err)
		case got.Database.String() != c.shown:
			t.Errorf("%s is shown as %s, want %s", c.url, got.Database, c.shown)
		}
	}
}

// Variables that bear no name of ours are not read where nothing needs them.
func TestLookupsIgnoreOthers(t *testing.T) {
	e := env{"DATABASE_URL": "mysql://x", "LOG_LEVEL": "trace", "AUTHFIX_FAILURE_MODES": "team"}
	if c, err := readConfig(e.get, e.list()); err != nil || c.FailureModes != "team" {
		t.Errorf("readConfig = %+v, %v", c, err)
	}
	e["AUTHFIX_LISTEN"] = "x"
	if _, err := readConfig(e.get, e.list()); err == nil || strings.Contains(err.Error(), "DATABASE_URL") {
		t.Errorf("readConfig = %v, want a complaint of AUTHFIX_LISTEN alone", err)
	}
}

// TestConfigFile reads values from YAML and complains with file and line.
func TestConfigFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	good := write("good.yaml", "# ours\ndatabase_url: sqlite:other.db\nauthfix_person_rate: 5\nauthfix_keep_cases: 1d12h\nlog_level: DEBUG\nauthfix_admins: slack:U1, discord:2\n")
	c, all, err := readSettings(env{"AUTHFIX_CONFIG": good, "AUTHFIX_PERSON_RATE": "6"}.get, nil, everything)
	if err != nil || c.Database.path != "other.db" || c.PersonRate != 6 || c.Keep.Cases != 36*time.Hour || c.LogLevel != slog.LevelDebug || !slices.Equal(c.Admins, []string{"slack:U1", "discord:2"}) {
		t.Errorf("%+v, %v", c, err)
	}
	for _, r := range all {
		want := map[string]string{"DATABASE_URL": good, "AUTHFIX_PERSON_RATE": "environment", "AUTHFIX_LISTEN": "default"}[r.name]
		if want != "" && r.origin != want {
			t.Errorf("%s comes from %s, want %s", r.name, r.origin, want)
		}
	}
	bad := write("bad.yaml", "authfix_listen: x\nauthfix_person_rates: 5\ndiscord_bot: x\nauthfix_keep_cases:\n  - 1\n")
	_, _, err = readSettings(env{"AUTHFIX_CONFIG": bad}.get, nil, everything)
	for _, want := range []string{
		bad + `:1: authfix_listen: "x" is no host:port`,
		bad + ":2: authfix_person_rates: unknown key; did you mean authfix_person_rate?",
		bad + ":3: discord_bot: unknown key; authfix config --docs lists those there are",
		bad + ":5: authfix_keep_cases: expected a single value",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the complaints lack %q:\n%v", want, err)
		}
	}
	for _, text := range []string{"", "# nothing\n\n"} {
		if _, _, err := readSettings(env{"AUTHFIX_CONFIG": write("empty.yaml", text)}.get, nil, everything); err != nil {
			t.Errorf("an empty file: %v", err)
		}
	}
	if _, _, err := readSettings(env{"AUTHFIX_CONFIG": write("large.yaml", strings.Repeat("# x\n", 1<<17))}.get, nil, everything); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("a large file: %v", err)
	}
}

func TestSettingsFromFiles(t *testing.T) {
	dir := t.TempDir()
	e := env{}
	for _, s := range settings() {
		text := map[string]string{"AUTHFIX_LISTEN": ":1", "DATABASE_URL": "sqlite:x.db", "AUTHFIX_PUBLIC_URL": "https://a.example.com/", "AUTHFIX_SECRET_KEY": storage.NewKey(),
			"AUTHFIX_FAILURE_MODES": "team", "AUTHFIX_TRIAGE_CHANNELS": "slack:C1", "AUTHFIX_ADMINS": "slack:U1",
			"SLACK_BOT_TOKEN": "xoxb-1-2-three", "SLACK_APP_TOKEN": "xapp-1-A2-three", "SLACK_SIGNING_SECRET": strings.Repeat("0f", 16),
			"SLACK_CLIENT_ID": "12.34", "SLACK_CLIENT_SECRET": strings.Repeat("f0", 16),
			"DISCORD_TOKEN": "MTEyMjMzNDQ1NTY2Nzc4ODk5.Gabcde.0123456789abcdefghijklmnopqrstuvwxyz01", "DISCORD_PUBLIC_KEY": strings.Repeat("0f", 32), "DISCORD_GUILD": "112233445566778899",
			"DISCORD_FORUM_TAGS": "answered=Answered"}[s.name]
		if text == "" {
			text = s.value
		}
		name := filepath.Join(dir, s.name)
		if err := os.WriteFile(name, []byte(text+"\r\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		e[s.name+"_FILE"] = name
	}
	c, all, err := readSettings(e.get, e.list(), everything)
	if err != nil || c.Listen != ":1" || c.PublicURL != "https://a.example.com" || c.SecretKey == "" {
		t.Errorf("%+v, %v", c, err)
	}
	for _, r := range all {
		if r.origin != e[r.name+"_FILE"] {
			t.Errorf("%s comes from %s", r.name, r.origin)
		}
	}
}

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{"0": 0, "0s": 0, "0d": 0, "90m": 90 * time.Minute, "12h": 12 * time.Hour, "30d": 720 * time.Hour, "1d12h": 36 * time.Hour, "1h30m": 90 * time.Minute} {
		got, err := parseDuration(text)
		if err != nil || got != want {
			t.Errorf("parseDuration(%q) = %v, %v, want %v", text, got, err, want)
		}
		if again, err := parseDuration(spell(got)); err != nil || again != got {
			t.Errorf("spell(%v) = %q, which reads %v, %v", got, spell(got), again, err)
		}
	}
	for _, text := range []string{"", "d", "30", "1.5d", "-1h", "1d-1h", "30 d", "1y", "99999d", "dd", "1dd"} {
		if got, err := parseDuration(text); err == nil {
			t.Errorf("parseDuration(%q) = %v", text, got)
		}
	}
}
