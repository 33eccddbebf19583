package discord

import (
	"encoding/json"
	"strconv"
	"time"
)

// What Discord sends, with the fields that are read here. See
// https://docs.discord.com/developers/resources/message and
// https://docs.discord.com/developers/resources/channel

// A wireMessage is a message as an event, a page of a channel or an interaction
// holds it.
type wireMessage struct {
	ID          string           `json:"id"`
	Channel     string           `json:"channel_id"`
	Guild       string           `json:"guild_id"`
	Type        int              `json:"type"`
	Author      wireUser         `json:"author"`
	Member      *wireMember      `json:"member"`
	Webhook     string           `json:"webhook_id"`
	Application string           `json:"application_id"`
	Content     string           `json:"content"`
	Timestamp   string           `json:"timestamp"`
	Edited      string           `json:"edited_timestamp"`
	Mentions    []wireUser       `json:"mentions"`
	Roles       []string         `json:"mention_roles"`
	Attachments []wireAttachment `json:"attachments"`
	Embeds      json.RawMessage  `json:"embeds"`
	Components  json.RawMessage  `json:"components"`
	Snapshots   json.RawMessage  `json:"message_snapshots"`
	Reference   *wireReference   `json:"message_reference"`
	Referenced  *wireMessage     `json:"referenced_message"`
}

// A wireUser is a person or a program.
type wireUser struct {
	ID  string `json:"id"`
	Bot bool   `json:"bot"`
}

// A wireMember is a person in a guild. Permissions are there with interactions
// alone.
type wireMember struct {
	Roles       []string `json:"roles"`
	Permissions string   `json:"permissions"`
}

// A wireReference names another message: the one that is replied to, or that is
// forwarded.
type wireReference struct {
	Type    int    `json:"type"` // 0: a reply, 1: forwarded
	Message string `json:"message_id"`
	Channel string `json:"channel_id"`
	Guild   string `json:"guild_id"`
}

// A wireAttachment is a file. Its address ends after a day or so.
type wireAttachment struct {
	ID   string `json:"id"`
	Name string `json:"filename"`
	Type string `json:"content_type"`
	Size int64  `json:"size"`
	URL  string `json:"url"`
}

// A wireChannel is a channel, a thread, or a direct conversation.
type wireChannel struct {
	ID          string          `json:"id"`
	Guild       string          `json:"guild_id"`
	Type        int             `json:"type"`
	Name        string          `json:"name"`
	Parent      string          `json:"parent_id"`
	LastMessage string          `json:"last_message_id"`
	Overwrites  []wireOverwrite `json:"permission_overwrites"`
}

// A wireOverwrite changes what a role or a member may do in a channel.
type wireOverwrite struct {
	ID    string `json:"id"`
	Type  int    `json:"type"` // 0: role, 1: member
	Allow string `json:"allow"`
	Deny  string `json:"deny"`
}

// A wireGuild is a guild, of which an event of its beginning tells all there is.
type wireGuild struct {
	ID          string        `json:"id"`
	Unavailable bool          `json:"unavailable"`
	Name        string        `json:"name"`
	Owner       string        `json:"owner_id"`
	Joined      string        `json:"joined_at"`
	Roles       []wireRole    `json:"roles"`
	Channels    []wireChannel `json:"channels"`
	Threads     []wireChannel `json:"threads"`
}

// A wireRole is a role of a guild.
type wireRole struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Permissions string   `json:"permissions"`
	Tags        roleTags `json:"tags"`
}

// A roleTags says what a role is for.
type roleTags struct {
	Bot string `json:"bot_id"` // whose own role it is
}

// The types of channels that matter to what was said.
// https://docs.discord.com/developers/resources/channel#channel-object-channel-types
const (
	channelDirect      = 1
	channelVoice       = 2
	channelGroupDirect = 3
	channelCategory    = 4
	threadAnnouncement = 10
	threadPrivate      = 12
	channelStage       = 13
	channelForum       = 15
	channelMedia       = 16
)

// snowflake is an id as a number; 0 when it is none.
func snowflake(id string) uint64 {
	if len(id) == 0 || len(id) > 20 || id[0] < '0' || id[0] > '9' {
		return 0
	}
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// idLike reports whether s is an id as Discord writes them.
func idLike(s string) bool { return snowflake(s) > 0 }

// epoch is when the time of an id begins, in milliseconds.
// https://docs.discord.com/developers/reference#snowflakes
const epoch = 1420070400000

// timeOf is when the thing of an id was made, or the zero time.
func timeOf(id string) time.Time {
	n := snowflake(id)
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(n>>22) + epoch)
}

// idAt is the least id of a time.
func idAt(t time.Time) uint64 {
	ms := t.UnixMilli() - epoch
	if ms <= 0 {
		return 0
	}
	return uint64(ms) << 22
}

// micros is a time as Discord writes it, in microseconds; 0 when it is none.
func micros(s string) int64 {
	if s == "" || len(s) > 40 {
		return 0
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.UnixMicro() < 0 {
		return 0
	}
	return t.UnixMicro()
}
