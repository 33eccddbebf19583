package discordtest

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"authfix/bot/fake"
)

// A form collects what is wrong with a body, as Discord's errors object.
// https://docs.discord.com/developers/reference#error-messages
type form struct{ errors object }

// add notes a mistake at a path, such as "embeds.0.title".
func (f *form) add(path, code, message string) {
	if f.errors == nil {
		f.errors = object{}
	}
	at := f.errors
	for _, k := range strings.Split(path, ".") {
		next, ok := at[k].(object)
		if !ok {
			next = object{}
			at[k] = next
		}
		at = next
	}
	list, _ := at["_errors"].([]object)
	at["_errors"] = append(list, object{"code": code, "message": message})
}

// err is the answer, or nil when nothing is wrong.
func (f *form) err() error {
	if f.errors == nil {
		return nil
	}
	return &apiError{status: http.StatusBadRequest, code: 50035, message: "Invalid Form Body", errors: f.errors}
}

// over checks a number against a limit.
func (f *form) over(path, name string, n int) {
	l := limit(name)
	if n > l.At {
		message := fmt.Sprintf("Must be %d or fewer in length.", l.At)
		if l.Error == "NUMBER_TYPE_MAX" {
			message = fmt.Sprintf("int value should be less than or equal to %d.", l.At)
		}
		f.add(path, l.Error, message)
	}
}

// text checks a text of an object against a limit, and returns it.
func (f *form) text(path string, o object, key, name string, required bool) string {
	x, there := o[key]
	t, ok := x.(string)
	switch {
	case (!there || x == nil) && required:
		f.add(path+key, "BASE_TYPE_REQUIRED", "This field is required")
	case there && x != nil && !ok:
		f.add(path+key, "STRING_TYPE_CONVERT", "Could not interpret value as string.")
	case required && strings.TrimSpace(t) == "":
		f.add(path+key, "BASE_TYPE_REQUIRED", "This field is required")
	default:
		f.over(path+key, name, fake.Length(t))
	}
	return t
}

// only refuses properties that are not documented.
func (f *form) only(path string, o object, keys ...string) {
	for _, k := range slices.Sorted(maps.Keys(o)) {
		if !slices.Contains(keys, k) {
			f.add(path+k, "UNKNOWN_PROPERTY", "Not a documented property.")
		}
	}
}

// objects reads a list of objects.
func (f *form) objects(path string, x any) []object {
	if x == nil {
		return nil
	}
	all, ok := x.([]any)
	if !ok {
		f.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
		return nil
	}
	out := make([]object, 0, len(all))
	for i, e := range all {
		o, ok := e.(object)
		if !ok {
			f.add(path+"."+strconv.Itoa(i), "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
			o = object{}
		}
		out = append(out, o)
	}
	return out
}

// link checks an address.
func (f *form) link(path string, x any, attachment bool) {
	t, _ := x.(string)
	u, err := url.Parse(t)
	ok := err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "discord")
	if attachment && err == nil && u.Scheme == "attachment" {
		ok = true
	}
	if !ok {
		f.add(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
	}
}

// embeds checks the embeds of a message.
// https://docs.discord.com/developers/resources/message#embed-object-embed-limits
func (f *form) embeds(all []object) {
	f.over("embeds", "message.embeds", len(all))
	total := 0
	for i, e := range all {
		p := fmt.Sprintf("embeds.%d.", i)
		f.only(p, e, "title", "type", "description", "url", "timestamp", "color", "footer", "image", "thumbnail", "author", "fields")
		if t, ok := e["type"]; ok && t != "rich" {
			f.add(p+"type", "BASE_TYPE_CHOICES", "Value must be one of ('rich').")
		}
		total += fake.Length(f.text(p, e, "title", "embed.title", false)) + fake.Length(f.text(p, e, "description", "embed.description", false))
		if u, ok := e["url"]; ok {
			f.link(p+"url", u, false)
		}
		if c, ok := e["color"]; ok {
			if n, ok := c.(float64); !ok || n < 0 || n > 0xffffff || n != float64(int(n)) {
				f.add(p+"color", "NUMBER_TYPE_MAX", "int value should be less than or equal to 16777215.")
			}
		}
		if footer, ok := e["footer"].(object); ok {
			f.only(p+"footer.", footer, "text", "icon_url")
			total += fake.Length(f.text(p+"footer.", footer, "text", "embed.footer", true))
		}
		if author, ok := e["author"].(object); ok {
			f.only(p+"author.", author, "name", "url", "icon_url")
			total += fake.Length(f.text(p+"author.", author, "name", "embed.author", true))
		}
		for _, k := range []string{"image", "thumbnail"} {
			if m, ok := e[k].(object); ok {
				f.link(p+k+".url", m["url"], true)
			}
		}
		fields := f.objects(p+"fields", e["fields"])
		f.over(p+"fields", "embed.fields", len(fields))
		for j, x := range fields {
			q := fmt.Sprintf("%sfields.%d.", p, j)
			f.only(q, x, "name", "value", "inline")
			total += fake.Length(f.text(q, x, "name", "embed.field.name", true)) + fake.Length(f.text(q, x, "value", "embed.field.value", true))
		}
		if len(e) == 0 {
			f.add(p+"description", "BASE_TYPE_REQUIRED", "This field is required")
		}
	}
	if l := limit("embed.total"); total > l.At {
		f.add("embeds", l.Error, fmt.Sprintf("Embed size exceeds maximum size of %d", l.At))
	}
}
