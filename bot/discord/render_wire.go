package discord

import (
	"encoding/json"

	"authfix/bot"
)

// A payload is what a message shows. All parts are always there, so that a
// message that is changed keeps nothing of what it was.
type payload struct {
	Content    string  `json:"content"`
	Embeds     []embed `json:"embeds"`
	Components []row   `json:"components"`
}

// An embed is a box below the text of a message. Nothing in it mentions anyone,
// and no address in it is fetched.
// https://docs.discord.com/developers/resources/message#embed-object
type embed struct {
	Description string       `json:"description,omitempty"`
	Color       int          `json:"color,omitempty"`
	Footer      *embedFooter `json:"footer,omitempty"`
}

// An embedFooter is small print, which is no markdown.
type embedFooter struct {
	Text string `json:"text"`
}

// A row has up to five buttons.
// https://docs.discord.com/developers/components/reference
type row struct {
	Type       int      `json:"type"`
	Components []button `json:"components"`
}

// A button says by its id what was chosen.
type button struct {
	Type     int    `json:"type"`
	Style    int    `json:"style"`
	Label    string `json:"label"`
	CustomID string `json:"custom_id"`
}

const (
	typeRow    = 1
	typeButton = 2

	stylePrimary   = 1
	styleSecondary = 2
	styleDanger    = 4
)

// A written is a message as it is created or changed.
// https://docs.discord.com/developers/resources/message#create-message
type written struct {
	payload
	Mentions  mentions   `json:"allowed_mentions"`
	Flags     int        `json:"flags,omitempty"`
	Nonce     string     `json:"nonce,omitempty"`
	Enforce   bool       `json:"enforce_nonce,omitempty"`
	Reference *reference `json:"message_reference,omitempty"`
}

// mentions says whom a message may mention. Without it Discord takes everything
// that looks like a mention for one.
// https://docs.discord.com/developers/resources/message#allowed-mentions-object
type mentions struct {
	Parse   []string `json:"parse"`
	Replied bool     `json:"replied_user"`
}

// A reference makes a message a reply to another of the same channel.
type reference struct {
	Message string `json:"message_id"`
	Must    bool   `json:"fail_if_not_exists"`
}

// inert is a message that mentions nobody.
func inert(w written) written {
	w.Mentions = mentions{Parse: []string{}}
	if w.Embeds == nil {
		w.Embeds = []embed{}
	}
	if w.Components == nil {
		w.Components = []row{}
	}
	return w
}

// Payload returns the messages as which a reply is created, as a JSON array. The
// messages of r are linked to as of a guild that has no id.
func Payload(r bot.Reply) (string, error) {
	all := []written{}
	for _, part := range render(&r, addressIn("")) {
		all = append(all, inert(written{payload: part}))
	}
	data, err := encode(all)
	if err != nil {
		return "", err
	}
	out, err := json.MarshalIndent(json.RawMessage(data), "", "  ")
	return string(out) + "\n", err
}
