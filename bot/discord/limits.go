package discord

// What Discord publishes as the most that it takes. It counts characters; here
// they are counted as UTF-16 does, which is never less.

// https://docs.discord.com/developers/resources/message#create-message
const (
	maxContent = 2_000
	maxEmbeds  = 10
	maxNonce   = 25
)

// https://docs.discord.com/developers/resources/message#embed-object-embed-limits
const (
	maxDescription = 4_096
	maxFooter      = 2_048
	maxEmbedChars  = 6_000 // over all embeds of a message
)

// https://docs.discord.com/developers/components/reference
const (
	maxRows        = 5
	maxRowButtons  = 5
	maxButtons     = maxRows * maxRowButtons
	maxButtonLabel = 80
	maxCustomID    = 100
)

// https://docs.discord.com/developers/resources/channel#start-thread-from-message
const maxThreadName = 100

// maxAppliedTags bounds the tags of a forum post.
// https://docs.discord.com/developers/resources/channel#channel-object
const maxAppliedTags = 5

// maxURL bounds addresses. Discord publishes no bound but that of the text that
// they stand in; no browser of today needs more.
const maxURL = 3_000
