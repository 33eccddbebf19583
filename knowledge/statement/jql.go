package statement

import "fmt"

// checkJQL checks that quotes are closed and parameters stand outside them.
// JQL has no statement that writes.
func checkJQL(src string) error {
	for i := 0; i < len(src); i++ {
		switch c := src[i]; c {
		case '"', '\'':
			for i++; i < len(src) && src[i] != c; i++ {
				switch src[i] {
				case mark:
					return errQuoted
				case '\\':
					i++
				}
			}
			if i >= len(src) {
				return fmt.Errorf("a quote is not closed: close it")
			}
			if i+1 < len(src) && src[i+1] == mark {
				return errJoined
			}
		case mark:
			if i > 0 && wordByte(src[i-1]) || i+1 < len(src) && (wordByte(src[i+1]) || src[i+1] == '"' || src[i+1] == '\'' || src[i+1] == mark) {
				return errJoined
			}
		case '\n':
			return fmt.Errorf("a JQL query stands on one line: remove the line break")
		}
	}
	return nil
}

func wordByte(c byte) bool { return alnum(c) || c == '_' || c == '$' || c == '#' || c >= 0x80 }
