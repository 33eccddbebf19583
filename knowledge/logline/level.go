package logline

// level returns the level that a word stands for, in the words of [Prefix],
// or "". The word may be upper case, lower case or capitalised.
func level(w string) string {
	if len(w) < 3 || len(w) > 13 {
		return ""
	}
	var b [13]byte
	for i := 0; i < len(w); i++ {
		c := w[i]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c < 'A' || c > 'Z' {
			return ""
		}
		b[i] = c
	}
	switch string(b[:len(w)]) {
	case "ERROR", "SEVERE", "ERR", "EROR", "FAIL":
		return "ERROR"
	case "WARN", "WARNING", "WRN":
		return "WARN"
	case "INFO", "INFORMATION", "INFORMATIONAL", "INF", "NOTICE", "LOG":
		return "INFO"
	case "DEBUG", "DBG", "DBUG", "FINE", "FINER", "CONFIG":
		return "DEBUG"
	case "TRACE", "TRCE", "FINEST", "VERBOSE", "VRB":
		return "TRACE"
	case "FATAL", "CRITICAL", "CRIT", "CRT", "FTL", "PANIC", "DPANIC", "ALERT", "EMERG", "EMERGENCY":
		return "FATAL"
	}
	if 'A' <= w[1] && w[1] <= 'Z' {
		return translatedLevel(w)
	}
	return ""
}

// translatedLevel returns the level for which java.util.logging writes w, in
// capitals, where Java runs in German, French, Spanish, Portuguese or Italian.
func translatedLevel(w string) string {
	switch w {
	case "SCHWERWIEGEND", "GRAVE":
		return "ERROR"
	case "WARNUNG", "AVERTISSEMENT", "ADVERTENCIA", "AVVERTENZA":
		return "WARN"
	case "INFOS", "INFORMATIONEN", "INFORMAZIONI":
		return "INFO"
	}
	return ""
}

// upperLevel is level for words that are written in capitals: running text
// has "error" and "info", but seldom ERROR and INFO.
func upperLevel(w string) string {
	if w == "" || w[0] < 'A' || w[0] > 'Z' || w[len(w)-1] < 'A' || w[len(w)-1] > 'Z' {
		return ""
	}
	for i := 1; i < len(w); i++ {
		if w[i] < 'A' || w[i] > 'Z' {
			return ""
		}
	}
	return level(w)
}

// severity returns the level of a syslog severity, 0 to 7 (RFC 5424 section
// 6.2.1).
func severity(n int) string {
	switch {
	case n <= 2:
		return "FATAL"
	case n == 3:
		return "ERROR"
	case n == 4:
		return "WARN"
	case n <= 6:
		return "INFO"
	}
	return "DEBUG"
}

// numberLevel returns the level of the numbers that Pino and Bunyan write.
func numberLevel(n int64) string {
	switch {
	case n < 10 || n > 60:
		return ""
	case n < 20:
		return "TRACE"
	case n < 30:
		return "DEBUG"
	case n < 40:
		return "INFO"
	case n < 50:
		return "WARN"
	case n < 60:
		return "ERROR"
	}
	return "FATAL"
}
