package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"authfix/bot"
	"authfix/bot/discord"
	"authfix/bot/discord/discordtest"
	"authfix/storage"
	"authfix/storage/queue"
)

// openTest opens a new database.
func openTest(t *testing.T) (config, opened) {
	t.Helper()
	c := config{Database: database{engine: "sqlite", path: filepath.Join(t.TempDir(), "desk.db")}, SecretKey: storage.NewKey(), Workers: 1, StopWithin: time.Second}
	db, err := openDatabase(t.Context(), c, queue.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return c, db
}

// Two replicas share what only one may do, and the second goes on where the first
// was.
func TestDiscordClaims(t *testing.T) {
	_, db := openTest(t)
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	now := func() time.Time { return at }
	first, second := claims{db, "first", now}, claims{db, "second", now}
	const name = "discord/shard/0/1"
	take := func(c claims, until time.Duration) (string, bool) {
		t.Helper()
		state, ok, err := c.Claim(t.Context(), name, at.Add(until))
		if err != nil {
			t.Fatal(err)
		}
		return string(state), ok
	}
	if state, ok := take(first, time.Minute); state != "" || !ok {
		t.Errorf("the first claims %q, %t", state, ok)
	}
	if _, ok := take(second, time.Minute); ok {
		t.Error("the second claims what the first has")
	}
	if err := first.Keep(t.Context(), name, []byte("here"), at.Add(time.Minute)); err != nil {
		t.Error(err)
	}
	at = at.Add(61 * time.Second)
	if state, ok := take(second, time.Minute); state != "here" || !ok {
		t.Errorf("the second takes over %q, %t", state, ok)
	}
	if err := first.Keep(t.Context(), name, []byte("late"), at.Add(time.Minute)); !errors.Is(err, discord.ErrClaimLost) {
		t.Errorf("the first writes on: %v", err)
	}
	if err := first.Release(t.Context(), name, []byte("late")); !errors.Is(err, discord.ErrClaimLost) {
		t.Errorf("the first releases what it lost: %v", err)
	}
	if err := second.Release(t.Context(), name, []byte("there")); err != nil {
		t.Error(err)
	}
	if state, ok := take(first, time.Minute); state != "there" || !ok {
		t.Errorf("the first claims again %q, %t", state, ok)
	}
}

// The address of a file is sealed, also under a ring that is being changed, and
// fits into the id of a file.
func TestSealedAddresses(t *testing.T) {
	old, next := storage.NewKey(), storage.NewKey()
	ring := func(keys string) addresses {
		t.Helper()
		k, err := storage.ParseKeyring(keys)
		if err != nil {
			t.Fatal(err)
		}
		return addresses{k}
	}
	long := "https://cdn.discordapp.com/ephemeral-attachments/1099511627776000001/1099511627776000002/" + strings.Repeat("n", 260) + ".log?ex=67429a00&is=67414880&hm=" + strings.Repeat("0f", 32) + "&"
	for _, plain := range []string{"", "https://cdn.discordapp.com/x", long} {
		sealed, err := ring(old).seal(plain)
		if err != nil || len("s/"+sealed) > 1024 || plain != "" && strings.Contains(sealed, "cdn") {
			t.Errorf("%q is sealed as %q, %v", plain, sealed, err)
		}
		if got, err := ring(next + "," + old).unseal(sealed); err != nil || got != plain {
			t.Errorf("%q comes back as %q, %v", plain, got, err)
		}
		if plain == "" {
			continue
		}
		for name, bad := range map[string]string{"another key": sealed, "altered": sealed[:len(sealed)-2] + "AA", "no base64": "!" + sealed} {
			if got, err := ring(next).unseal(bad); err == nil || strings.Contains(err.Error(), "cdn") {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		}
	}
	if sealed, err := ring(old).seal(strings.Repeat("x", 2000)); err == nil {
		t.Errorf("an address of 2,000 bytes is sealed in %d", len(sealed))
	}
}

// Known are the tenants of the platform that something is stored of.
func TestKnownTenants(t *testing.T) {
	_, db := openTest(t)
	want := []bot.Tenant{{Platform: discord.Name}, {Platform: discord.Name, Workspace: "1100000000000000100"}}
	for _, tenant := range append(want, bot.Tenant{Platform: "slack", Workspace: "T1"}) {
		if _, err := db.TenantKey(t.Context(), storage.Tenant(tenant.String())); err != nil {
			t.Fatal(err)
		}
	}
	got, err := knownTo(t.Context(), db, discord.Name)
	slices.SortFunc(got, func(a, b bot.Tenant) int { return strings.Compare(a.Workspace, b.Workspace) })
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("known are %v, %v; want %v", got, err, want)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := knownTo(gone, db, discord.Name); err == nil {
		t.Errorf("from a database that cannot be asked: %v", got)
	}
}

// The doctor tries the channels of the configuration and those in which chat has
// switched triage on, and says nothing of the token.
func TestDoctorDiscord(t *testing.T) {
	fake := discordtest.Start(t, discordtest.Options{})
	c, db := openTest(t)
	c.Discord = discord.Config{Token: fake.Token(), API: fake.API()}
	c.TriageChannels = []string{"discord:" + discordtest.General, "slack:C1"}
	tenant := storage.Tenant(bot.Tenant{Platform: discord.Name, Workspace: discordtest.Acme}.String())
	err := db.Record(t.Context(), &storage.Record{Tenant: tenant, Delivery: storage.Delivery{ID: "1", Received: time.Now(), Decided: time.Now(), Decision: "set"},
		Setting: &storage.Setting{Channel: discordtest.ReadOnly, By: discordtest.Admin, Data: []byte(`{"on":true}`)}})
	if err != nil {
		t.Fatal(err)
	}
	got := func(c config) string {
		var b strings.Builder
		for _, f := range examineDiscord(t.Context(), c) {
			fmt.Fprintf(&b, "%t %s %s | %s\n", f.wrong, f.name, f.says, f.do)
		}
		return b.String()
	}
	says := got(c)
	for _, want := range []string{
		"false discord DISCORD_TOKEN: it is of the application", "false discord channel " + discordtest.General + ": the bot can read and answer in #general",
		"true discord channel " + discordtest.ReadOnly + ": in #read-only the bot lacks SEND_MESSAGES", "true discord commands: authfix and Diagnose this is not registered",
	} {
		if !strings.Contains(says, want) {
			t.Errorf("no %q in\n%s", want, says)
		}
	}
	if strings.Contains(says, fake.Token()) || strings.Contains(says, "C1") {
		t.Errorf("the doctor says\n%s", says)
	}
	c.Discord.Token = ""
	c.Discord.PublicKey = fake.PublicKey()
	if says := got(c); !strings.Contains(says, "true discord DISCORD_TOKEN: set the token of the bot") || !strings.Contains(says, "docs/discord.md") {
		t.Errorf("without a token the doctor says\n%s", says)
	}
}

func TestTriagedChannels(t *testing.T) {
	c, _ := openTest(t)
	c.TriageChannels = []string{"discord:11", "slack:C1", "discord:22/33"}
	got, err := triagedIn(t.Context(), c, discord.Name)
	if want := []triagedChannel{{"", "11"}, {"22", "33"}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("triaged are %v, %v; want %v", got, err, want)
	}
}
