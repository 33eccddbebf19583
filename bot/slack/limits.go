package slack

// What Slack publishes as the most that it takes. It counts characters; here
// they are counted as UTF-16 does, which is never less.

// https://docs.slack.dev/reference/methods/chat.postMessage
const (
	maxMessageBlocks = 50
	maxMessageText   = 40_000 // longer ones are truncated
)

// maxUpdateText bounds the text of a message that is changed: a longer one is
// refused as msg_too_long.
// https://docs.slack.dev/reference/methods/chat.update
const maxUpdateText = 4_000

// maxMessageChars is how many characters all blocks of a message may have
// together; beyond it is msg_blocks_too_long. Slack does not publish it: it was
// measured at 13,202.
// https://github.com/slackapi/bolt-js/issues/2509
const maxMessageChars = 13_200

// What counts towards maxMessageChars beside the text is not known, and messages
// with less text were refused. So every object of a block is counted as some
// characters, and a message is filled to less.
// https://github.com/slackapi/bolt-js/issues/2867
const (
	objectChars  = 25
	messageChars = maxMessageChars - 1_200
)

// https://docs.slack.dev/reference/block-kit/composition-objects/text-object
const maxTextObject = 3_000

// https://docs.slack.dev/reference/block-kit/blocks/header-block
const maxHeader = 150

// https://docs.slack.dev/reference/block-kit/blocks/context-block
const maxContextElements = 10

// https://docs.slack.dev/reference/block-kit/blocks/actions-block
const maxActions = 25

// https://docs.slack.dev/reference/block-kit/block-elements/button-element
const (
	maxButtonText  = 75
	maxButtonValue = 2_000
	maxActionID    = 255
)

// maxURL bounds addresses. Slack publishes it of those of buttons and images;
// no browser of today needs more elsewhere.
// https://docs.slack.dev/reference/block-kit/block-elements/button-element
const maxURL = 3_000

// https://docs.slack.dev/reference/views/modal-views
// https://docs.slack.dev/reference/views/home-tab-views
const (
	maxViewBlocks      = 100
	maxViewTitle       = 24
	maxCallbackID      = 255
	maxPrivateMetadata = 3_000
)

// viewChars is to how many characters a view is filled: Slack takes 250 kB of
// JSON (view_too_large), and a character may be six bytes of it.
// https://docs.slack.dev/reference/methods/views.publish
const viewChars = 36_000

// https://docs.slack.dev/reference/block-kit/blocks/input-block
const (
	maxInputLabel = 2_000
	maxInputHint  = 2_000
)

// maxTextInput bounds what a plain-text input takes.
// https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
const maxTextInput = 3_000
