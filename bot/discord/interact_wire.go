package discord

import "encoding/json"

// The types of interactions.
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-interaction-type
const (
	interactionPing      = 1
	interactionCommand   = 2
	interactionComponent = 3
	interactionComplete  = 4
	interactionModal     = 5
)

// Where an interaction comes from.
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-interaction-context-types
const (
	contextGuild   = 0
	contextBot     = 1 // the direct messages of one person with the bot
	contextPrivate = 2 // direct messages between people, where the bot is not
)

// The types of components that are read here.
// https://docs.discord.com/developers/components/reference#component-object-component-types
const (
	componentRow       = 1
	componentTextInput = 4
	componentLabel     = 18
	componentUpload    = 19
)

// The types of commands, and of their options.
// https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-types
const (
	commandChat    = 1
	commandMessage = 3

	optionSubcommand = 1
	optionString     = 3
	optionUser       = 6
	optionChannel    = 7
	optionFile       = 11
)

// An interactionBody is what Discord sends when someone used a command, a
// component or a form.
type interactionBody struct {
	ID             string            `json:"id"`
	Application    string            `json:"application_id"`
	Type           int               `json:"type"`
	Token          string            `json:"token"`
	Guild          string            `json:"guild_id"`
	ChannelID      string            `json:"channel_id"`
	Channel        wireChannel       `json:"channel"`
	Context        *int              `json:"context"`
	Owners         map[string]string `json:"authorizing_integration_owners"`
	AppPermissions string            `json:"app_permissions"`
	User           wireUser          `json:"user"` // in direct messages
	Member         struct {
		User        wireUser `json:"user"`
		Permissions string   `json:"permissions"`
	} `json:"member"` // in a guild
	Message *interactionMessage `json:"message"`
	Data    interactionData     `json:"data"`
}

// An interactionMessage is the message whose component was used.
type interactionMessage struct {
	ID        string         `json:"id"`
	Flags     int64          `json:"flags"`
	Webhook   string         `json:"webhook_id"`
	Reference *wireReference `json:"message_reference"`
}

// An interactionData says what was used, and what was filled in.
type interactionData struct {
	Name          string              `json:"name"`
	Type          int                 `json:"type"`
	Target        string              `json:"target_id"`
	Options       []interactionOption `json:"options"`
	CustomID      string              `json:"custom_id"`
	ComponentType int                 `json:"component_type"`
	Values        []string            `json:"values"`
	Components    []filledComponent   `json:"components"`
	Resolved      struct {
		Messages    map[string]json.RawMessage `json:"messages"`
		Attachments map[string]wireAttachment  `json:"attachments"`
	} `json:"resolved"`
}

// An interactionOption is a subcommand, or what was filled into an option.
type interactionOption struct {
	Name    string              `json:"name"`
	Type    int                 `json:"type"`
	Value   json.RawMessage     `json:"value"`
	Options []interactionOption `json:"options"`
	Focused bool                `json:"focused"`
}

// A filledComponent is a part of a form that was sent: a label or a row with
// parts of its own, or an input.
type filledComponent struct {
	Type       int               `json:"type"`
	CustomID   string            `json:"custom_id"`
	Value      string            `json:"value"`
	Values     []string          `json:"values"`
	Component  *filledComponent  `json:"component"`
	Components []filledComponent `json:"components"`
}

// An interactionAnswer is the first answer to an interaction.
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object
type interactionAnswer struct {
	Type int `json:"type"`
	Data any `json:"data,omitempty"`
}

// The types of answers.
const (
	answerPong     = 1
	answerMessage  = 4
	answerDefer    = 5 // shows that an answer follows
	answerNothing  = 6 // of a component: it was received, and nothing shows
	answerComplete = 8
	answerForm     = 9
)

// flagEphemeral is set on messages that one person alone sees.
const flagEphemeral = 1 << 6
