/* A Modbus server of libmodbus: `server tcp PORT` or `server rtu PATH`. Unit 1; word n is 4096 + n. */
#include <modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIZE 400

static int serve(modbus_t *line, modbus_mapping_t *map) {
  uint8_t request[MODBUS_TCP_MAX_ADU_LENGTH];
  for (;;) {
    int length = modbus_receive(line, request);
    if (length > 0) modbus_reply(line, request, length, map);
    else if (length == -1) return -1;
  }
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  int is_tcp = strcmp(argv[1], "tcp") == 0;
  modbus_t *line = is_tcp ? modbus_new_tcp("127.0.0.1", atoi(argv[2])) : modbus_new_rtu(argv[2], 19200, 'N', 8, 1);
  modbus_mapping_t *map = modbus_mapping_new(SIZE, SIZE, SIZE, SIZE);
  for (int n = 0; n < SIZE; n++) map->tab_registers[n] = map->tab_input_registers[n] = 4096 + n;
  modbus_set_slave(line, 1);
  if (!is_tcp) {
    if (modbus_connect(line) == -1) return 1;
    puts("listening");
    fflush(stdout);
    for (;;) serve(line, map);
  }
  int socket = modbus_tcp_listen(line, 4);
  if (socket == -1) return 1;
  puts("listening");
  fflush(stdout);
  for (;;) {
    if (modbus_tcp_accept(line, &socket) == -1) return 1;
    serve(line, map);
    modbus_close(line);
  }
}
