package clean

import "authfix/knowledge/logline"

// parsePrefix reads a log prefix; lines that cannot have one are spared the
// call.
func parsePrefix(text string) (logline.Prefix, bool) {
	if text == "" {
		return logline.Prefix{}, false
	}
	return logline.Parse(text)
}
