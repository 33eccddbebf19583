package logline

import "strings"

// access reads a request log: "10.0.0.1 - ann [06/Apr/2023:22:10:26 +0000] ",
// with any words before the time, and Bitbucket's columns, "10.0.0.1 | https |
// o1x2 | ann | 2023-04-06 22:10:26,299 | ".
func (l *layer) access(s string, i int) bool {
	head := s[i:min(len(s), i+240)]
	if n := strings.IndexByte(head, '['); n > 3 && n+21 < len(s)-i && head[n-1] == ' ' {
		if j := i + n + 1; digit(s[j]) && s[j+2] == '/' {
			st, e, ok := readStamp(s, j)
			if ok && st.shape == accessShape && at(s, e, ']') && strings.Count(head[:n], " ") <= 6 {
				l.stamp, l.format, l.end = st, "access", skip(s, e+1)
				return true
			}
		}
	}
	if !digit(s[i]) {
		return false
	}
	bar := strings.Index(head, " | ")
	if bar < 7 || strings.IndexByte(head[:bar], ' ') >= 0 {
		return false
	}
	for n, j := 0, i+bar+3; n < 5 && j < len(s); n++ {
		if st, e, ok := readStamp(s, j); ok && st.dated {
			l.stamp, l.format, l.end = st, "access", separators(s, e)
			return true
		}
		m := strings.Index(s[j:min(len(s), j+240)], " | ")
		if m < 0 {
			return false
		}
		j += m + 3
	}
	return false
}
