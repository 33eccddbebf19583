// Package logline reads the prefix that a program, container or viewer puts
// before a log message: time with zone, level, logger, thread.
package logline
