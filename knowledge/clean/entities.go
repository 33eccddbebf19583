package clean

import "unicode/utf8"

// entity reads an HTML entity at the start of text: numeric, or one of the
// names that pages and mail programs use in running text. n is 0 when there is
// none.
func entity(text []byte) (s string, n int) {
	end := 1
	for end < len(text) && end < 12 && (isWord(text[end]) || text[end] == '#') {
		end++
	}
	if end < 3 || end >= len(text) || text[end] != ';' {
		return "", 0
	}
	name := string(text[1:end])
	if name[0] != '#' {
		if s = named(name); s == "" {
			return "", 0
		}
		return s, end + 1
	}
	v, base := 0, 10
	digits := name[1:]
	if digits[0] == 'x' || digits[0] == 'X' {
		digits, base = digits[1:], 16
	}
	if digits == "" || len(digits) > 7 {
		return "", 0
	}
	for i := 0; i < len(digits); i++ {
		d, ok := hex([]byte{digits[i]}, 0, 1)
		if !ok || d >= base {
			return "", 0
		}
		v = v*base + d
	}
	if v > utf8.MaxRune {
		return "", 0
	}
	return shown(rune(v)), end + 1
}

// named returns the text of a named entity, in ASCII where [shown] would
// write it so.
func named(name string) string {
	switch name {
	case "amp":
		return "&"
	case "lt":
		return "<"
	case "gt":
		return ">"
	case "quot", "ldquo", "rdquo", "bdquo", "laquo", "raquo", "Prime":
		return `"`
	case "apos", "lsquo", "rsquo", "sbquo", "lsaquo", "rsaquo", "prime":
		return "'"
	case "nbsp", "ensp", "emsp", "thinsp":
		return " "
	case "ndash", "mdash", "minus", "hyphen", "dash":
		return "-"
	case "hellip":
		return "…"
	case "sol":
		return "/"
	case "bsol":
		return `\`
	case "colon":
		return ":"
	case "semi":
		return ";"
	case "comma":
		return ","
	case "period":
		return "."
	case "equals":
		return "="
	case "lowbar":
		return "_"
	case "lpar":
		return "("
	case "rpar":
		return ")"
	case "lbrack", "lsqb":
		return "["
	case "rbrack", "rsqb":
		return "]"
	case "lbrace", "lcub":
		return "{"
	case "rbrace", "rcub":
		return "}"
	case "num":
		return "#"
	case "percnt":
		return "%"
	case "plus":
		return "+"
	case "commat":
		return "@"
	case "grave":
		return "`"
	case "vert", "verbar":
		return "|"
	case "excl":
		return "!"
	case "quest":
		return "?"
	case "NewLine":
		return "\n"
	case "Tab":
		return " "
	case "auml":
		return "ä"
	case "ouml":
		return "ö"
	case "uuml":
		return "ü"
	case "Auml":
		return "Ä"
	case "Ouml":
		return "Ö"
	case "Uuml":
		return "Ü"
	case "szlig":
		return "ß"
	case "eacute":
		return "é"
	case "egrave":
		return "è"
	case "ecirc":
		return "ê"
	case "agrave":
		return "à"
	case "aacute":
		return "á"
	case "acirc":
		return "â"
	case "ccedil":
		return "ç"
	case "iacute":
		return "í"
	case "ntilde":
		return "ñ"
	case "oacute":
		return "ó"
	case "ocirc":
		return "ô"
	case "uacute":
		return "ú"
	case "ugrave":
		return "ù"
	case "atilde":
		return "ã"
	case "otilde":
		return "õ"
	}
	return ""
}
