package slack

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"authfix/bot"
)

// callbackDiagnose is the message shortcut "Diagnose this", as the manifest
// names it. Any other shortcut opens the form.
const callbackDiagnose = "diagnose_message"

// replyFor is how long a response_url works.
// https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
const replyFor = 30 * time.Minute

// A commandBody is a slash command: the fields of a form over HTTP, JSON over
// Socket Mode.
type commandBody struct {
	Command    string `json:"command"`
	Text       string `json:"text"`
	Team       string `json:"team_id"`
	Enterprise string `json:"enterprise_id"`
	Channel    string `json:"channel_id"`
	Name       string `json:"channel_name"`
	User       string `json:"user_id"`
	Response   string `json:"response_url"`
	Trigger    string `json:"trigger_id"`
}

// commandForm reads a command from the fields of a form.
func commandForm(f url.Values) commandBody {
	return commandBody{
		Command: f.Get("command"), Text: f.Get("text"), Team: f.Get("team_id"), Enterprise: f.Get("enterprise_id"),
		Channel: f.Get("channel_id"), Name: f.Get("channel_name"), User: f.Get("user_id"),
		Response: f.Get("response_url"), Trigger: f.Get("trigger_id"),
	}
}

// An interactionBody is what Slack sends when someone used a shortcut, a button,
// a form or a menu.
// https://docs.slack.dev/reference/interaction-payloads
type interactionBody struct {
	Type       string `json:"type"`
	Callback   string `json:"callback_id"`
	Trigger    string `json:"trigger_id"`
	Response   string `json:"response_url"`
	MessageTS  string `json:"message_ts"`
	ActionID   string `json:"action_id"` // of block_suggestion
	Value      string `json:"value"`     // of block_suggestion
	App        string `json:"api_app_id"`
	Org        bool   `json:"is_enterprise_install"`
	Enterprise struct {
		ID string `json:"id"`
	} `json:"enterprise"`
	Team struct {
		ID         string `json:"id"`
		Enterprise string `json:"enterprise_id"`
	} `json:"team"`
	User struct {
		ID   string `json:"id"`
		Team string `json:"team_id"`
	} `json:"user"`
	Channel struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"channel"`
	Container struct {
		Type      string `json:"type"`
		Channel   string `json:"channel_id"`
		MessageTS string `json:"message_ts"`
		ThreadTS  string `json:"thread_ts"`
		Ephemeral bool   `json:"is_ephemeral"`
	} `json:"container"`
	Message *wireMessage `json:"message"`
	Actions []wireAction `json:"actions"`
	View    wireView     `json:"view"`
}

// A wireAction is what was pressed or chosen.
type wireAction struct {
	ActionID string `json:"action_id"`
	Value    string `json:"value"`
	Selected struct {
		Value string `json:"value"`
	} `json:"selected_option"`
}

// A wireView is a modal or a home tab.
type wireView struct {
	ID       string `json:"id"`
	Hash     string `json:"hash"`
	Callback string `json:"callback_id"`
	Private  string `json:"private_metadata"`
	Team     string `json:"app_installed_team_id"`
	State    struct {
		Values map[string]map[string]struct {
			Value string `json:"value"`
		} `json:"values"`
	} `json:"state"`
}

// An origin is where a form was asked for; it comes back with what is filled in.
type origin struct {
	Channel string `json:"c,omitempty"`
	ReplyTo string `json:"r,omitempty"`
	ReplyBy int64  `json:"b,omitempty"` // seconds
}

// An interpreter reads commands and interactions. Its fields are required.
type interpreter struct {
	now      time.Time
	mayReply func(address string) bool // whether a response_url is Slack's
	digest   func(text string) string  // tells texts apart without saying them
	who      func(bot.Tenant) Install  // the bot in a tenant, or the zero Install
	only     bot.Tenant                // the one in which the app is; zero when there may be several
}

// command reads a slash command.
func (r *interpreter) command(b commandBody) (received, error) {
	t, err := tenantOf(b.Enterprise, firstTeam(b.Team))
	switch {
	case err != nil:
		return received{}, err
	case !idLike(b.User) || !idLike(b.Channel) || b.Trigger == "":
		return received{}, errors.New("it lacks a user, a channel or a trigger_id")
	}
	m := bot.Message{Tenant: t, Delivery: deliveryKey(b.Trigger), Kind: bot.Commanded, Channel: b.Channel, Place: commandPlace(b.Name),
		Asked: true, Author: bot.Author{ID: b.User}, Text: slashText(b.Text), Sent: r.now}
	r.replyTo(&m, b.Response)
	return received{message: &m, trigger: b.Trigger}, nil
}

// commandPlace is the kind of the channel in which a command was given. Of direct
// messages it cannot be told whether they are with the bot or between people, so
// they count as the latter.
func commandPlace(name string) bot.Place {
	if name == "" || name == "directmessage" || name == "privategroup" || strings.HasPrefix(name, "mpdm-") {
		return bot.Private
	}
	return bot.Public
}

// interaction reads what is no command and no event.
func (r *interpreter) interaction(data []byte) (received, error) {
	var b interactionBody
	if err := bot.Decode(data, &b); err != nil {
		return received{}, err
	}
	switch b.Type {
	case "block_actions", "message_action", "shortcut", "view_submission":
	case "":
		return received{}, errors.New("it has no type")
	default: // view_closed, and whatever there will be
		return received{ignored: ignoreType}, nil
	}
	t, err := r.tenant(&b)
	switch {
	case err != nil:
		return received{}, err
	case !idLike(b.User.ID):
		return received{}, errors.New("it names no user")
	case b.Trigger == "" && b.Type != "view_submission":
		return received{}, errors.New("it has no trigger_id")
	}
	m := bot.Message{Tenant: t, Delivery: deliveryKey(b.Trigger), Kind: bot.Commanded, Place: bot.Private, Asked: true,
		Author: bot.Author{ID: b.User.ID}, Sent: r.now}
	switch b.Type {
	case "block_actions":
		return r.clicked(&b, m)
	case "message_action":
		return r.pointed(&b, m)
	case "shortcut":
		return received{message: &m, trigger: b.Trigger}, nil
	}
	return r.submitted(&b, m)
}

// tenant is whose interaction it is. Someone of another organisation can press a
// button in a shared channel, and is named with their own workspace; a home tab
// can be looked at from another workspace of an Enterprise Grid. Where several
// workspaces are named it is the one in which the app is installed.
func (r *interpreter) tenant(b *interactionBody) (bot.Tenant, error) {
	if r.only.Workspace != "" {
		return r.only, nil
	}
	enterprise := first(b.Enterprise.ID, b.Team.Enterprise)
	named := []string{b.View.Team, b.Team.ID, b.User.Team}
	if b.Message != nil && b.Type == "block_actions" {
		named = append(named, b.Message.Team)
	}
	named = slices.DeleteFunc(named, func(id string) bool { return firstTeam(id) == "" })
	if len(named) == 0 || !slices.ContainsFunc(named, func(id string) bool { return id != named[0] }) {
		return tenantOf(enterprise, firstTeam(named...))
	}
	for _, team := range named {
		for _, e := range []string{enterprise, ""} { // the one that is named may be theirs
			t, err := tenantOf(e, team)
			if err != nil {
				return t, err
			}
			if i := r.who(t); i.Tenant.Workspace == team || i.Tenant.Workspace == "" && i.Tenant.Enterprise != "" {
				t.Enterprise = i.Tenant.Enterprise
				return t, nil
			}
		}
	}
	return tenantOf(enterprise, named[0])
}

// clicked is a choice of a reply or of the home tab.
func (r *interpreter) clicked(b *interactionBody, m bot.Message) (received, error) {
	if len(b.Actions) == 0 {
		return received{}, errors.New("it has no action")
	}
	a := b.Actions[0] // Slack sends one at a time
	m.Kind, m.Choice = bot.Clicked, first(a.Value, a.Selected.Value, a.ActionID)
	if m.Choice == "" {
		return received{}, errors.New("its action has no value")
	}
	m.Channel = first(b.Container.Channel, b.Channel.ID)
	m.Key = b.Container.MessageTS
	m.Thread = b.Container.ThreadTS
	if b.Message != nil {
		m.Key, m.Thread = first(m.Key, b.Message.TS), first(m.Thread, b.Message.ThreadTS)
	}
	if m.Channel != "" && !idLike(m.Channel) || m.Key != "" && micros(m.Key) == 0 {
		return received{}, errors.New("it names no message")
	}
	if m.Thread == m.Key || micros(m.Thread) == 0 {
		m.Thread = ""
	}
	switch {
	case b.Channel.Name == "directmessage" && !b.Container.Ephemeral:
		m.Place = bot.Direct // the bot itself wrote there, so it is the bot's
	case b.Channel.Name != "" && b.Channel.Name != "directmessage":
		m.Place = commandPlace(b.Channel.Name)
	}
	r.replyTo(&m, b.Response)
	return received{message: &m, trigger: b.Trigger}, nil
}

// pointed is the shortcut on a message, which it carries: the bot need not be
// where it was said.
func (r *interpreter) pointed(b *interactionBody, m bot.Message) (received, error) {
	if b.Callback != callbackDiagnose {
		return received{ignored: ignoreType}, nil
	}
	if b.Message == nil || !idLike(b.Channel.ID) {
		return received{}, errors.New("it has no message or names no channel")
	}
	m.Command, m.Channel = "diagnose", b.Channel.ID
	if key := first(b.Message.TS, b.MessageTS); micros(key) > 0 {
		m.Key = key
	}
	if micros(b.Message.ThreadTS) > 0 && b.Message.ThreadTS != m.Key {
		m.Thread = b.Message.ThreadTS
	}
	m.Place = commandPlace(b.Channel.Name)
	m.Text = messageText(b.Message, r.who(m.Tenant).BotUser)
	m.Files = b.Message.files()
	r.replyTo(&m, b.Response)
	return received{message: &m, trigger: b.Trigger}, nil
}

// submitted is a form that was filled in.
func (r *interpreter) submitted(b *interactionBody, m bot.Message) (received, error) {
	if b.View.ID == "" || b.View.Callback == "" {
		return received{}, errors.New("its view has no id or no callback_id")
	}
	text := b.View.State.Values[formBlock][formAction].Value
	// The hash of a view that shows errors need not change when it is filled in
	// again: what was written tells the two apart.
	m.Delivery = deliveryKey(b.View.ID + ":" + b.View.Hash + ":" + r.digest(text))
	m.Command, m.Text = b.View.Callback, text
	var o origin
	if json.Unmarshal([]byte(b.View.Private), &o) == nil {
		if idLike(o.Channel) {
			m.Channel = o.Channel
		}
		if by := time.Unix(o.ReplyBy, 0); m.Channel != "" && by.After(r.now) && by.Before(r.now.Add(replyFor+time.Minute)) {
			r.replyTo(&m, o.ReplyTo)
			if m.ReplyTo != "" {
				m.ReplyBy = by
			}
		}
	}
	return received{message: &m, form: true}, nil
}

// replyTo sets where a private answer goes, when that is Slack's.
func (r *interpreter) replyTo(m *bot.Message, address string) {
	if address != "" && len(address) <= 2048 && r.mayReply(address) {
		m.ReplyTo, m.ReplyBy = address, r.now.Add(replyFor)
	}
}

// deliveryKey is a key of Slack's as the key of a delivery.
func deliveryKey(key string) string {
	if len(key) > bot.MaxDelivery {
		return "sha256:" + hashOf([]byte(key))
	}
	return key
}

// first is the first that is not empty.
func first(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}
