package discord

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"

	"authfix/bot"
)

const (
	// commandName is the one command with all subcommands, and messageCommandName
	// that in the menu of a message.
	commandName        = "authfix"
	messageCommandName = "Diagnose this"
	// diagnoseName is the desk's command that both of them, and the form, lead to.
	diagnoseName = "diagnose"

	// replyFor is how long a token answers, less what an answer may take.
	// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response
	replyFor = 15*time.Minute - 30*time.Second
)

// Why an interaction leads to nothing.
const (
	ignoreInteraction = "type"    // of a type that is not known
	ignoreCommand     = "command" // of a command that this program did not register
)

// An interaction is what one turned out to be: a message for the desk, a question
// what to suggest, Discord's probe, or nothing that matters here.
type interaction struct {
	id        string
	message   *bot.Message
	ping      bool
	complete  bool   // message says for whom and to what: it is answered with suggestions
	component bool   // it is answered without a message of its own
	form      bool   // it was filled in
	ignored   string // why there is no message, in a word
}

// readInteraction reads an interaction. spot is asked where a guild's channel or
// thread is, and must return soon.
func (p *Platform) readInteraction(data []byte, spot func(guild, channel string) spot) (in interaction, err error) {
	var b interactionBody
	if err := bot.Decode(data, &b); err != nil {
		return in, err
	}
	in.id = b.ID
	switch b.Type {
	case interactionPing:
		in.ping = true
		return in, nil
	case interactionCommand, interactionComponent, interactionComplete, interactionModal:
	case 0:
		return in, errors.New("it has no type")
	default:
		in.ignored = ignoreInteraction
		return in, nil
	}
	m, err := b.message(p.now(), spot)
	if err != nil {
		return in, err
	}
	switch b.Type {
	case interactionCommand:
		err = p.readCommand(&b, m, &in)
	case interactionComplete:
		in.complete = true
		p.readTyped(&b, m)
	case interactionComponent:
		in.component = true
		err = b.clicked(m)
	case interactionModal:
		in.form = true
		err = p.readForm(&b, m)
	}
	if err == nil && in.ignored == "" {
		in.message = m
	}
	return in, err
}

// tokenShape is what the token of an interaction looks like: it becomes a part of
// paths.
var tokenShape = regexp.MustCompile(`^[A-Za-z0-9_.=-]{1,1000}$`)

// message begins the message that an interaction is: who, where, and how to
// answer.
func (b *interactionBody) message(now time.Time, find func(guild, channel string) spot) (*bot.Message, error) {
	who, channel := b.Member.User, b.Channel.ID
	if who.ID == "" {
		who = b.User
	}
	if channel == "" {
		channel = b.ChannelID
	}
	switch {
	case !idLike(b.ID) || !idLike(b.Application) || !tokenShape.MatchString(b.Token):
		return nil, errors.New("it lacks its id, its application or its token")
	case !idLike(who.ID):
		return nil, errors.New("it names no user")
	case channel != "" && !idLike(channel), b.Guild != "" && !idLike(b.Guild):
		return nil, errors.New("it names no channel or no guild")
	}
	m := &bot.Message{Tenant: bot.Tenant{Platform: Name, Workspace: b.Guild}, Delivery: b.ID, Kind: bot.Commanded, Channel: channel, Place: bot.Private,
		Asked: true, Author: bot.Author{ID: who.ID, Bot: who.Bot, Admin: b.admin()}, ReplyTo: b.Application + "/" + b.Token}
	m.Sent = now
	if made := timeOf(b.ID); made.Before(now) && now.Sub(made) < time.Hour { // else the clocks differ
		m.Sent = made
	}
	m.ReplyBy = m.Sent.Add(replyFor)
	if b.direct() {
		m.Place = bot.Direct
	}
	if channel == "" || b.Guild == "" {
		return m, nil
	}
	where := find(b.Guild, channel)
	m.Place = where.place
	switch { // what it says itself holds where the bot is not, too
	case b.thread() && idLike(b.Channel.Parent):
		m.Channel, m.Thread = b.Channel.Parent, channel
	case b.thread():
		m.Channel, m.Thread = where.channel, where.thread
	}
	return m, nil
}

// direct reports whether it comes from one person's direct messages with the bot.
func (b *interactionBody) direct() bool {
	if b.Guild != "" {
		return false
	}
	if b.Context != nil {
		return *b.Context == contextBot
	}
	return b.Channel.Type == channelDirect
}

func (b *interactionBody) thread() bool {
	return b.Channel.Type >= threadAnnouncement && b.Channel.Type <= threadPrivate
}

// admin reports whether Discord says with it that the person may manage the
// guild.
func (b *interactionBody) admin() bool {
	can := permissionOf(b.Member.Permissions)
	return b.Guild != "" && (can.has(permAdministrator) || can.has(permManageGuild))
}

// at says of which message of its channel an interaction is. The opening post of a
// forum has its thread's id, and stands in the forum.
func at(m *bot.Message, key string) {
	if m.Key = key; m.Thread == key {
		m.Thread = ""
	}
}

// clicked is a choice of an earlier reply.
func (b *interactionBody) clicked(m *bot.Message) error {
	m.Kind, m.Choice = bot.Clicked, b.Data.CustomID
	if len(b.Data.Values) > 0 { // of a menu
		m.Choice = b.Data.Values[0]
	}
	switch {
	case m.Choice == "":
		return errors.New("its component has no custom_id")
	case b.Message == nil || !idLike(b.Message.ID) || m.Channel == "":
		return errors.New("it names no message")
	}
	at(m, b.Message.ID)
	// Where no thread could be made, the reply to a message stands for its thread.
	// What follows an interaction refers to a message as well, and is none.
	if ref := b.Message.Reference; ref != nil && ref.Type == 0 && idLike(ref.Message) && b.Guild != "" && !b.thread() &&
		b.Message.Flags&flagEphemeral == 0 && b.Message.Webhook == "" {
		m.Thread = ref.Message
	}
	return nil
}

// readCommand reads a command.
func (p *Platform) readCommand(b *interactionBody, m *bot.Message, in *interaction) error {
	switch {
	case b.Data.Type == commandMessage && b.Data.Name == messageCommandName:
		return p.pointed(b, m)
	case b.Data.Name != commandName || b.Data.Type != commandChat && b.Data.Type != 0:
		in.ignored = ignoreCommand
		return nil
	}
	name, filled := b.Data.filled()
	m.Command, m.Text = name, p.typed(name, filled, "")
	for _, o := range filled {
		if o.Type == optionFile {
			p.attach(b, m, o.text())
		}
	}
	if name == diagnoseName && strings.TrimSpace(m.Text) == "" && len(m.Files) == 0 {
		m.Command, m.Text = "", "" // the command alone: the desk has a form for that
	}
	return nil
}

// readTyped reads how far an option is filled in. Its text is that of the options
// before it, and what is typed.
func (p *Platform) readTyped(b *interactionBody, m *bot.Message) {
	if b.Data.Name != commandName {
		return
	}
	name, filled := b.Data.filled()
	m.Command = name
	for _, o := range filled {
		if o.Focused {
			m.Text = p.typed(name, filled, o.Name)
			return
		}
	}
}

// pointed is the command on a message, which it carries: neither the intent for
// its content nor the bot's being there is needed.
func (p *Platform) pointed(b *interactionBody, m *bot.Message) error {
	raw, ok := b.Data.Resolved.Messages[b.Data.Target]
	if !ok || !idLike(b.Data.Target) || m.Channel == "" {
		return errors.New("it has no message")
	}
	var target wireMessage
	if err := bot.Decode(raw, &target); err != nil {
		return err
	}
	m.Command = diagnoseName
	target.ID, target.Channel = b.Data.Target, m.Channel
	if m.Thread != "" {
		target.Channel = m.Thread
	}
	at(m, target.ID)
	text, _ := p.messageText(&target)
	m.Text = titled(p.world.titleOf(target.ID), text)
	if b.reads() {
		m.Files = p.messageFiles(&target)
		return nil
	}
	for _, a := range target.Attachments {
		if len(m.Files) < maxFilledFiles {
			m.Files = append(m.Files, bot.File{ID: p.sealed(a.URL), Name: a.Name, Size: max(a.Size, 0), Type: a.Type})
		}
	}
	return nil
}

// reads reports whether the bot itself can read the channel, and not only what a
// person shows it there: the application is installed in the guild and may.
func (b *interactionBody) reads() bool {
	if b.Guild == "" {
		return b.direct()
	}
	return b.Owners["0"] == b.Guild && permissionOf(b.AppPermissions).has(permReading)
}

// lookWithin bounds what is asked of Discord before an interaction is decided.
const lookWithin = 300 * time.Millisecond

// spotNow is where a guild's channel or thread is, as far as it can be told at
// once.
func (p *Platform) spotNow(ctx context.Context, guild, channel string) spot {
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	s, err := p.spotOf(ctx, guild, channel, "")
	if err != nil {
		p.log.Debug("where an interaction was used is not known", "err", err)
	}
	return s
}
