package discordtest

import (
	"crypto/ed25519"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"
)

// toFake sends what discordgo says to Discord to a Server, whose version of the API
// is another.
type toFake struct{ base *url.URL }

func (f toFake) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.Host = f.base.Scheme, f.base.Host, f.base.Host
	r.URL.Path = strings.Replace(r.URL.Path, "/api/v"+discordgo.APIVersion+"/", "/api/v10/", 1)
	return http.DefaultTransport.RoundTrip(r)
}

// TestDiscordgo has a client library that knows nothing of this server work with
// it: what is written here from the documentation is what the library expects.
func TestDiscordgo(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{OldVersions: true})
	base, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	d, err := discordgo.New("Bot " + s.Token())
	if err != nil {
		t.Fatal(err)
	}
	d.LogLevel = -1 // it reports the drop
	d.Client = &http.Client{Transport: toFake{base}}
	d.Identify.Intents = discordgo.IntentsGuilds | discordgo.IntentsGuildMessages | discordgo.IntentMessageContent
	heard := make(chan *discordgo.MessageCreate, 16)
	guilds := make(chan *discordgo.GuildCreate, 4)
	pressed := make(chan *discordgo.InteractionCreate, 4)
	d.AddHandler(func(_ *discordgo.Session, m *discordgo.MessageCreate) {
		if m.Author.ID != Bot && m.Type != discordgo.MessageTypeThreadStarterMessage {
			heard <- m
		}
	})
	d.AddHandler(func(_ *discordgo.Session, g *discordgo.GuildCreate) { guilds <- g })
	d.AddHandler(func(d *discordgo.Session, i *discordgo.InteractionCreate) {
		err := d.InteractionRespond(i.Interaction, &discordgo.InteractionResponse{Type: discordgo.InteractionResponseChannelMessageWithSource,
			Data: &discordgo.InteractionResponseData{Content: "pressed", Flags: discordgo.MessageFlagsEphemeral, AllowedMentions: &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}}}})
		if err != nil {
			t.Error(err)
		}
		pressed <- i
	})
	if err := d.Open(); err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	g := <-guilds
	if g.ID != Acme || len(g.Channels) != 9 || len(g.Roles) != 3 || g.OwnerID != Owner {
		t.Errorf("guild = %+v", g.Guild)
	}
	if d.State.User.ID != Bot {
		t.Errorf("the user of READY = %v", d.State.User)
	}
	id := s.Message(Said{Channel: General, Text: "help", Files: []File{{Name: "a.log", Content: []byte("a")}}})
	m := <-heard
	if m.ID != id || m.Content != "help" || m.Author.ID != Alice || len(m.Attachments) != 1 || m.Attachments[0].Filename != "a.log" || m.Timestamp.IsZero() {
		t.Errorf("message = %+v", m.Message)
	}
	th, err := d.MessageThreadStart(General, id, "a thread", 1440)
	if err != nil || th.ID != id || th.Type != discordgo.ChannelTypeGuildPublicThread {
		t.Fatalf("thread = %+v, %v", th, err)
	}
	sent, err := d.ChannelMessageSendComplex(th.ID, &discordgo.MessageSend{
		Embeds:          []*discordgo.MessageEmbed{{Title: "T", Fields: []*discordgo.MessageEmbedField{{Name: "n", Value: "v"}}}},
		Components:      []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{discordgo.Button{Label: "B", CustomID: "b", Style: discordgo.PrimaryButton}}}},
		AllowedMentions: &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}},
	})
	if err != nil || len(sent.Embeds) != 1 || len(sent.Components) != 1 {
		t.Fatalf("sent = %+v, %v", sent, err)
	}
	if r := s.Click(Bob, sent.ID, "B"); !r.Acked {
		t.Errorf("click = %+v", r)
	}
	if i := <-pressed; i.MessageComponentData().CustomID != "b" || i.Member.User.ID != Bob || i.Message.ID != sent.ID {
		t.Errorf("interaction = %+v", i.Interaction)
	}
	if got := s.Ephemerals(Bob); len(got) != 1 || got[0].Text != "pressed" {
		t.Errorf("ephemerals = %+v", got)
	}
	commands, err := d.ApplicationCommandBulkOverwrite(App, Acme, []*discordgo.ApplicationCommand{{Name: "authfix", Description: "d"}})
	if err != nil || len(commands) != 1 || commands[0].ID == "" || len(s.Commands(Acme)) != 1 {
		t.Errorf("commands = %v, %v", commands, err)
	}
	if _, err := d.ChannelMessageSend(Outside, "x"); err == nil || !strings.Contains(err.Error(), "50001") {
		t.Errorf("a message to a channel without access: %v", err)
	}
	page, err := d.ChannelMessages(General, 10, "", "", "")
	if err != nil || len(page) != 1 || page[0].Thread == nil || page[0].Thread.ID != id {
		t.Errorf("history = %+v, %v", page, err)
	}

	s.DropSockets()
	while := s.Message(Said{Channel: General, Text: "while it was away"})
	if m := <-heard; m.ID != while {
		t.Errorf("after the drop it heard %+v", m.Message)
	}
	s.WaitFor(t, within, "no resume", func() bool { return s.Resumes() == 1 })
	for _, v := range s.Violations() {
		// It resumes at the first address, and its plain send mentions everyone.
		if v.Rule != RuleResume && v.Rule != RuleMentions {
			t.Errorf("violation: %v", v)
		}
	}
}

// TestDiscordgoVerifies has the library check the signatures of this server.
func TestDiscordgoVerifies(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	key, err := hex.DecodeString(s.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]bool{`{"type":1}`: true, `{"type":2}`: false} {
		r, err := http.NewRequest("POST", "http://app.example/", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Signature-Timestamp", "1800000000")
		r.Header.Set("X-Signature-Ed25519", s.Sign("1800000000", []byte(`{"type":1}`)))
		if got := discordgo.VerifyInteraction(r, ed25519.PublicKey(key)); got != want {
			t.Errorf("VerifyInteraction(%s) = %v, want %v", body, got, want)
		}
	}
}
