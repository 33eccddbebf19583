// Package redact finds secrets and personal data in a paste and replaces them
// with stable, typed placeholders.
package redact
