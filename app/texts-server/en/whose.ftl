### Whose calls a limit counts.

whose-server-person = your use of this server
whose-tool-person = your use of this tool
whose-server = this server
