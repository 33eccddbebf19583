package main

import (
	"context"
	"encoding"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"strings"

	"authfix/knowledge/redact"
)

// Bounds of one line of the log.
const (
	maxLogMessage = 1 << 10
	maxLogValue   = 2 << 10
	maxLogDepth   = 4 // of groups in groups
)

// newLogger returns the program's logger: lines of text or JSON at or above a
// level. Whatever is logged goes through the knowledge base's rules of secrets
// and is bounded; control characters are escaped by the format.
func newLogger(w io.Writer, format string, level slog.Leveler) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	var h slog.Handler = slog.NewTextHandler(w, o)
	if format == "json" {
		h = slog.NewJSONHandler(w, o)
	}
	return slog.New(redacting{h})
}

// redacting is a handler that removes secrets from messages and values, those in
// groups, errors and nested values too, before the next handler sees them. The
// keys are ours.
type redacting struct{ next slog.Handler }

func (h redacting) Enabled(ctx context.Context, l slog.Level) bool { return h.next.Enabled(ctx, l) }

func (h redacting) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, string(redact.Line(r.Message, maxLogMessage)), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(redactAttr(a, 0))
		return true
	})
	return h.next.Handle(ctx, clean)
}

func (h redacting) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = redactAttr(a, 0)
	}
	return redacting{h.next.WithAttrs(clean)}
}

func (h redacting) WithGroup(name string) slog.Handler { return redacting{h.next.WithGroup(name)} }

// redactAttr returns an attribute whose value can hold no secret: numbers, times
// and truth values as they are, everything else as redacted text.
func redactAttr(a slog.Attr, depth int) slog.Attr {
	v := a.Value.Resolve()
	switch v.Kind() {
	case slog.KindBool, slog.KindInt64, slog.KindUint64, slog.KindFloat64, slog.KindDuration, slog.KindTime:
		return slog.Attr{Key: a.Key, Value: v}
	case slog.KindGroup:
		if depth == maxLogDepth {
			return slog.String(a.Key, "…")
		}
		var clean []slog.Attr
		for _, inner := range v.Group() {
			clean = append(clean, redactAttr(inner, depth+1))
		}
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(clean...)}
	case slog.KindString:
		return slog.String(a.Key, redactValue(a.Key, v.String()))
	}
	return slog.String(a.Key, redactValue(a.Key, spelled(v.Any())))
}

// spelled is a value in words.
func spelled(v any) string {
	switch v := v.(type) {
	case error:
		return v.Error()
	case fmt.Stringer:
		return v.String()
	case encoding.TextMarshaler:
		if text, err := v.MarshalText(); err == nil {
			return string(text)
		}
	}
	if t := reflect.TypeOf(v); t != nil && t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 {
		return fmt.Sprintf("%d bytes", reflect.ValueOf(v).Len()) // bytes are content, and as numbers nothing that a rule can read
	}
	return fmt.Sprintf("%+v", v)
}

// redactValue redacts a value as what stands behind its key: what is no secret
// by its looks may be one by its name.
func redactValue(key, value string) string {
	prefix := key + "="
	if line, ok := strings.CutPrefix(string(redact.Line(prefix+value, len(prefix)+maxLogValue)), prefix); ok {
		return line
	}
	return string(redact.Line(value, maxLogValue))
}
