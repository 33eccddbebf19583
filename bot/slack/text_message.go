package slack

// messageText is what was typed of a message, with what was forwarded in it.
func messageText(m *wireMessage, self string) string {
	text, _ := typedText(m.Text, m.Blocks, m.Attachments, self)
	return text
}
